import { readFileSync } from 'node:fs';
import { exitStatusOf } from './exec.ts';

export interface Mount {
  readonly point: string;
  /** Such as fuse.glusterfs. */
  readonly type: string;
  /** What is mounted: server:/volume. */
  readonly source: string;
  /** major:minor of the file system. */
  readonly fileSystem: string;
}

/** What this process sees mounted, in the order of mounting. Starts no process and touches no mounted file system. */
export function mounts(): readonly Mount[] {
  return parseMountinfo(readFileSync('/proc/self/mountinfo', 'utf8'));
}

/** The topmost mount at a path, or undefined. */
export function mountAt(point: string): Mount | undefined {
  return mounts().findLast((mount) => mount.point === point);
}

/**
 * Parses /proc/self/mountinfo as proc(5) describes it: optional fields end at a lone dash, blanks are octal escapes.
 */
export function parseMountinfo(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.split(' ');
    const dash = fields.indexOf('-', 6);
    const [, , fileSystem, , point] = fields;
    const [type, source] = dash < 0 ? [] : fields.slice(dash + 1);
    if (fileSystem === undefined || point === undefined || type === undefined || source === undefined) return [];
    return [{ point: unescapeOctal(point), type, source: unescapeOctal(source), fileSystem }];
  });
}

function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** For how many milliseconds a mount is asked whether it answers. */
export const mountPatience = {
  /** Where something else tells, too, and nobody is to wait. */
  short: 2000,
  usual: 5000,
  /**
   * Longer than the 20 s network.ping-timeout of a volume for images: a brick that just died makes all wait that long.
   */
  untilHung: 25_000,
} as const;

/** Questions to mounts whose answers somebody will need, by their mount points. */
const askedAhead = new Map<string, { readonly since: number; readonly answer: Promise<boolean> }>();

/** For how many milliseconds a question that was asked ahead counts as asked now. */
const holds = 1000;

/**
 * Begins to ask whether the file system mounted at a path answers, for who must wait for something else first: the next
 * call of `answers` within a second has this answer.
 */
export function askAhead(point: string, milliseconds: number): void {
  const answer = ask(point, milliseconds);
  // Whoever needs the answer meets the error. Perhaps nobody does.
  answer.catch(() => undefined);
  askedAhead.set(point, { since: performance.now(), answer });
}

/**
 * Whether the file system mounted at a path answers within some milliseconds. Asked by a child process: who asks a hung
 * FUSE file system sleeps without a way to be woken.
 */
export async function answers(point: string, milliseconds: number): Promise<boolean> {
  const asked = askedAhead.get(point);
  askedAhead.delete(point);
  const isRecent = asked !== undefined && performance.now() - asked.since < holds;
  return await (isRecent ? asked.answer : ask(point, milliseconds));
}

async function ask(point: string, milliseconds: number): Promise<boolean> {
  return (await exitStatusOf(['stat', '--file-system', '--format=%T', point], { timeLimit: milliseconds })) === 0;
}

/**
 * Whether the file system mounted at a path gives no answer within a time, neither a good nor a bad one. A mount whose
 * server died says so at once: it is not hung.
 */
export async function isHung(point: string, milliseconds: number): Promise<boolean> {
  const argv = ['stat', '--file-system', '--format=%T', point];
  return (await exitStatusOf(argv, { timeLimit: milliseconds })) === undefined;
}

/** Unmounts; false when something uses the mount. `lazy` takes it out of sight at once, for one that is dead. */
export async function unmount(point: string, { lazy = false } = {}): Promise<boolean> {
  const status = await exitStatusOf(['umount', ...(lazy ? ['--lazy'] : []), '--no-canonicalize', point]);
  return status === 0 || mountAt(point) === undefined;
}
