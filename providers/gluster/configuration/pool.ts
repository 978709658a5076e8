import type { ValuesOf } from './key.ts';
import { poolDefaults, type poolTable } from './keys.ts';

/** The volumes the provider places images on, and how this node reaches them: what each field is, keys.ts says. */
export type Pool = {
  readonly name: string;
  /** The UUIDs of its volumes by their names, where `gnt-gluster pool` told this node. */
  readonly ids?: Readonly<Record<string, string>>;
} & ValuesOf<typeof poolTable>;

/** What holds without a configuration file: the volume `ganeti` of the glusterd of this node. */
export const builtinPool: Pool = { name: 'default', ...poolDefaults };
