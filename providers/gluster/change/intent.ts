import type { Volume } from '#gluster/glusterd/volumes.ts';
import { parseObject, textField } from '#src/files.ts';
import type { Stage } from './move.ts';

/** The option of a volume that tells what is under way. glusterd keeps any option that begins with `user`. */
export const intentOption = 'user.ganeti.intent';

/** A move that was begun. */
export interface Intent {
  /** As HOST:/PATH; `none`: the volume gets a copy more. */
  readonly from: string;
  readonly to: string;
  readonly stage: Stage;
  /** Which process does it: another one that takes over writes its own. */
  readonly run: string;
}

/** What stands for the brick that leaves where none does. */
export const noBrick = 'none';

/** The value for no change: to reset the option fails on GlusterFS 10.3. */
const nothing = 'none';

/** What is under way on a volume; undefined when nothing is, and a text when another version wrote it. */
export function intentOf({ options }: Pick<Volume, 'options'>): Intent | string | undefined {
  const text = options.get(intentOption) ?? nothing;
  if (text === nothing) return undefined;
  const object = parseObject(text) ?? {};
  const [from, to, run, stage] = ['from', 'to', 'run', 'stage'].map((field) => textField(object, field));
  if (from === undefined || to === undefined || run === undefined) return text;
  return stage === 'adding' || stage === 'copying' ? { from, to, stage, run } : text;
}

/** The value of the option. A glusterd dies of one with 8000 characters: two paths are far from that. */
export function intentText(intent: Intent | undefined): string {
  return intent === undefined ? nothing : JSON.stringify(intent);
}
