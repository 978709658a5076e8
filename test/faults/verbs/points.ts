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
  ...['write', 'pwrite64', 'writev', 'chmod', 'fchmod', 'fchmodat', 'chown', 'fchown', 'utimensat', 'flock', 'kill'],
]);

const starting = new Set(['clone', 'clone3', 'fork', 'vfork']);

/**
 * The moments worth killing a verb at, from what strace wrote of its main thread: before each change of a file, before
 * and right after the start of each process, and before its end.
 */
export function pointsOf(trace: string): readonly Point[] {
  const counts = new Map<string, number>();
  const points: Point[] = [];
  let justStarted = '';
  for (const line of trace.split('\n')) {
    const systemCall = /^([a-z0-9_]+)\(/.exec(line)?.[1];
    if (systemCall === undefined) continue;
    const count = (counts.get(systemCall) ?? 0) + 1;
    counts.set(systemCall, count);
    if (justStarted !== '') points.push({ systemCall, count, what: `right after ${justStarted}` });
    justStarted = '';
    const starts = starting.has(systemCall) && !line.includes('CLONE_THREAD');
    if (starts) justStarted = 'the start of a process';
    if (starts || changes(systemCall, line)) points.push({ systemCall, count, what: line.slice(0, 100) });
  }
  return points;
}

function changes(systemCall: string, line: string): boolean {
  if (systemCall === 'openat' || systemCall === 'open') return /O_CREAT|O_TRUNC/.test(line);
  // How the threads of a process wake each other.
  if (systemCall === 'write' && line.includes('"\\1\\0\\0\\0\\0\\0\\0\\0", 8')) return false;
  return changing.has(systemCall) || systemCall === 'exit_group';
}
