import type { Volume } from '#gluster/glusterd/volumes.ts';
import { parseObject, textField } from '#src/files.ts';
import type { Stage } from './move.ts';

/** The option of a volume that tells what is under way. glusterd keeps any option that begins with `user`. */
export const intentOption = 'user.ganeti.intent';

/** A move that was begun. */
export interface Intent {
  /** As HOST:/PATH. */
  readonly from: string;
  readonly to: string;
  readonly stage: Stage;
}

/** The value for no change: to reset the option fails on GlusterFS 10.3. */
const nothing = 'none';

/** What is under way on a volume; undefined when nothing is, and a text when another version wrote it. */
export function intentOf({ options }: Pick<Volume, 'options'>): Intent | string | undefined {
  const text = options.get(intentOption) ?? nothing;
  if (text === nothing) return undefined;
  const object = parseObject(text) ?? {};
  const [from, to, stage] = ['from', 'to', 'stage'].map((field) => textField(object, field));
  if (from === undefined || to === undefined || (stage !== 'adding' && stage !== 'copying')) return text;
  return { from, to, stage };
}

/** The value of the option. A glusterd dies of one with 8000 characters: two paths are far from that. */
export function intentText(intent: Intent | undefined): string {
  return intent === undefined ? nothing : JSON.stringify(intent);
}
