import { setCommand } from '#gluster/glusterd/options.ts';
import type { Volume } from '#gluster/glusterd/volumes.ts';

/** The options of a volume that say which pool it belongs to. glusterd keeps any option that begins with `user`. */
const poolOption = 'user.ganeti.pool';
const copiesOption = 'user.ganeti.copies';

/** What a pool wants of its volumes. */
export interface PoolWish {
  readonly name: string;
  /** How many copies each volume has. */
  readonly copies: number;
}

/** The pool that a volume belongs to; undefined for a volume that `gnt-gluster pool` did not make. */
export function poolOf({ options }: Pick<Volume, 'options'>): string | undefined {
  return options.get(poolOption);
}

/**
 * How many copies a pool with these volumes wants; undefined for none. Where they differ, who raised the number was
 * killed before every volume had it.
 */
export function wantedCopies(volumes: readonly Pick<Volume, 'options' | 'copies'>[]): number | undefined {
  return volumes.length === 0 ? undefined : Math.max(...volumes.map(wantedOf));
}

/** The names of the volumes that do not say yet that their pool wants so many copies. */
export function unconverted(volumes: readonly Volume[], copies: number): readonly string[] {
  return volumes.filter((volume) => wantedOf(volume) !== copies).map(({ name }) => name);
}

function wantedOf({ options, copies }: Pick<Volume, 'options' | 'copies'>): number {
  return Number(options.get(copiesOption)) || copies;
}

/** Has a volume say how many copies its pool wants of it: arguments of gluster. */
export function convertCommand(volume: string, pool: PoolWish): readonly string[] {
  return setCommand(
    volume,
    membership(pool).filter(({ option }) => option === copiesOption),
  );
}

/** The options that make a volume one of a pool. */
export function membership({ name, copies }: PoolWish) {
  return [
    { option: poolOption, wanted: name },
    { option: copiesOption, wanted: `${copies}` },
  ];
}
