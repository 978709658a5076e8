import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { exitStatusOf, runPlain } from './exec.ts';
import type { Bytes } from './units.ts';

export interface Mount {
  /** What the kernel calls this mount, until it is unmounted. */
  readonly id: number;
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

/** The topmost mount at a path, or undefined. `known`: what was mounted a moment ago. */
export function mountAt(point: string, known = mounts()): Mount | undefined {
  return known.findLast((mount) => mount.point === point);
}

/**
 * Parses /proc/self/mountinfo as proc(5) describes it: optional fields end at a lone dash, blanks are octal escapes.
 */
export function parseMountinfo(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.split(' ');
    const dash = fields.indexOf('-', 6);
    const [id, , fileSystem, , point] = fields;
    const [type, source] = dash < 0 ? [] : fields.slice(dash + 1);
    if (fileSystem === undefined || point === undefined || type === undefined || source === undefined) return [];
    return [{ id: Number(id), point: unescapeOctal(point), type, source: unescapeOctal(source), fileSystem }];
  });
}

/** Undoes what the kernel and getfattr do to bytes that would end a field: a backslash and three octal digits. */
export function unescapeOctal(text: string): string {
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
const askedAhead = new Map<string, Asked>();

interface Asked {
  readonly since: number;
  readonly answer: Promise<boolean>;
}

/** For how many milliseconds an answer counts as given now. */
const holds = 1000;

/** How many processes ask several mounts together, and for how many milliseconds. */
const mostAsking = 2;
const soon = 1000;

/**
 * Begins to ask whether the file systems mounted at some paths answer, for who must do something else first: the next
 * call of `answers` within a second has this answer. A few processes ask many: to start one takes longer than a mount
 * needs for its answer. Where one does not answer soon, each of those that its process asked gets a process of its own.
 */
export function askAhead(points: readonly string[], milliseconds: number): void {
  const open = points.filter((point) => !isRecent(askedAhead.get(point)));
  for (let first = 0; first < Math.min(mostAsking, open.length); first += 1) {
    const group = open.filter((_, index) => index % mostAsking === first);
    const all = ask(group, group.length === 1 ? milliseconds : Math.min(soon, milliseconds));
    for (const point of group) {
      const answer = all.then((answer) => answer || (group.length > 1 && ask([point], milliseconds)));
      // Whoever needs the answer meets the error. Perhaps nobody does.
      answer.catch(() => undefined);
      askedAhead.set(point, { since: performance.now(), answer });
    }
  }
}

/**
 * Whether the file system mounted at a path answers within some milliseconds. Asked by a child process: who asks a hung
 * FUSE file system sleeps without a way to be woken.
 */
export async function answers(point: string, milliseconds: number): Promise<boolean> {
  const asked = askedAhead.get(point);
  askedAhead.delete(point);
  if (!isRecent(asked)) return await ask([point], milliseconds);
  // It may have been asked for longer than is waited for here.
  const late = new AbortController();
  const silence = sleep(milliseconds, false, { signal: late.signal }).catch(() => false);
  try {
    return await Promise.race([asked.answer, silence]);
  } finally {
    late.abort();
  }
}

/** What a file system has for those that are not root. */
export interface Room {
  readonly total: Bytes;
  readonly free: Bytes;
}

/** What file systems said of their room when they were asked whether they answer, by their mount points. */
const rooms = new Map<string, Room & { readonly since: number }>();

/** What the file system mounted at a path has, if it was asked within the last second. Asks nothing. */
export function recentRoom(point: string): Room | undefined {
  const room = rooms.get(point);
  return isRecent(room) ? room : undefined;
}

function isRecent<Noted extends { readonly since: number }>(noted: Noted | undefined): noted is Noted {
  return noted !== undefined && performance.now() - noted.since < holds;
}

/** Whether all file systems mounted at some paths answer. */
async function ask(points: readonly string[], milliseconds: number): Promise<boolean> {
  const since = performance.now();
  const { exitCode, stdout } = await runPlain(question(points), { timeLimit: milliseconds });
  if (exitCode !== 0) return false;
  for (const [index, line] of stdout.split('\n').entries()) {
    const [free = 0, total = 0, unit = 0] = line.split(' ').map(Number);
    rooms.set(points[index] ?? '', { since, free: free * unit, total: total * unit });
  }
  return true;
}

/** `%S`, not `%s`: blocks are counted in fundamental ones. */
function question(points: readonly string[]): readonly string[] {
  return ['stat', '--file-system', '--format=%a %b %S', ...points];
}

/**
 * Whether the file system mounted at a path gives no answer within a time, neither a good nor a bad one. A mount whose
 * server died says so at once: it is not hung.
 */
export async function isHung(point: string, milliseconds: number): Promise<boolean> {
  return (await exitStatusOf(question([point]), { timeLimit: milliseconds })) === undefined;
}

/** Unmounts; false when something uses the mount. `lazy` takes it out of sight at once, for one that is dead. */
export async function unmount(point: string, { lazy = false } = {}): Promise<boolean> {
  const status = await exitStatusOf(['umount', ...(lazy ? ['--lazy'] : []), '--no-canonicalize', point]);
  return status === 0 || mountAt(point) === undefined;
}
