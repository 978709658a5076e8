/** A moment at which a verb is killed: in place of the n-th call of a system call by its main thread. */
export interface Point {
  readonly systemCall: string;
  /** From 1. */
  readonly count: number;
  /** What it is about to do, for people. */
  readonly what: string;
}

/** By these a process changes what others can see. */
const changing = new Set([
  ...['rename', 'renameat', 'renameat2', 'link', 'linkat', 'symlink', 'symlinkat', 'unlink', 'unlinkat'],
  ...['mkdir', 'mkdirat', 'rmdir', 'truncate', 'ftruncate', 'fallocate', 'fsync', 'fdatasync', 'sync'],
  ...['chmod', 'fchmod', 'fchmodat', 'chown', 'fchown', 'utimensat', 'flock', 'kill'],
]);

const writing = new Set(['write', 'pwrite64', 'writev']);
const starting = new Set(['clone', 'clone3', 'fork', 'vfork']);

/**
 * The moments worth killing a verb at, from what strace wrote of its main thread: before each change of a file, before
 * and right after the start of each process, and before its end.
 */
export function pointsOf(trace: string): readonly Point[] {
  const counts = new Map<string, number>();
  const files = new Set<string>();
  const points: Point[] = [];
  let justStarted = '';
  for (const line of trace.split('\n')) {
    const [, systemCall, first = ''] = /^([a-z0-9_]+)\(([^,)]*)/.exec(line) ?? [];
    if (systemCall === undefined) continue;
    const count = (counts.get(systemCall) ?? 0) + 1;
    counts.set(systemCall, count);
    if (justStarted !== '') points.push({ systemCall, count, what: `right after ${justStarted}` });
    justStarted = '';
    const starts = starting.has(systemCall) && !line.includes('CLONE_THREAD');
    if (starts) justStarted = 'the start of a process';
    if (starts || changes(systemCall, line, files.has(first)))
      points.push({ systemCall, count, what: line.slice(0, 100) });
    if (systemCall === 'openat') files.add(/ = (\d+)$/.exec(line)?.[1] ?? '');
    if (systemCall === 'close') files.delete(first);
  }
  return points;
}

/** What a process writes to anything but a file only wakes its own threads. */
function changes(systemCall: string, line: string, toFile: boolean): boolean {
  if (systemCall === 'openat') return /O_CREAT|O_TRUNC/.test(line);
  if (writing.has(systemCall)) return toFile;
  return changing.has(systemCall) || systemCall === 'exit_group';
}
