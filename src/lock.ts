import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { asFailure, errnoOf, Failure } from './errors.ts';
import { exitStatusOf } from './exec.ts';
import { ifThereIsRoom } from './files.ts';
import { numbersIn, pathOf, read } from './process-tree.ts';
import { makeRunDirectory, runDirectory } from './run-directory.ts';

const locksDirectory = `${runDirectory}/lock/`;
const lockPatience = 60_000;
/** How long a waiter sleeps before it looks whether the lock it waits for is still the one at the path. */
const turn = 2;

/**
 * Does one thing at a time for a name on this node. The lock belongs to an open file description that flock(1) locks
 * for us, so the kernel gives it back whenever and however this process ends. The file goes away with the lock: who
 * gets a lock on a file that is no longer the one at the path tries again.
 *
 * Throws a Failure of kind busy when somebody else keeps the lock for a minute; it names the holder.
 */
export async function withLock<Result>(name: string, task: string, action: () => Promise<Result>): Promise<Result> {
  makeRunDirectory('lock');
  const path = lockPath(name);
  const descriptor = await acquire(path);
  try {
    ftruncateSync(descriptor);
    // Only for those that wait: the lock holds without it.
    ifThereIsRoom(() => writeSync(descriptor, `process ${process.pid} (${task})`));
    return await action();
  } finally {
    unlinkSync(path);
    closeSync(descriptor);
  }
}

/**
 * Whether a process of this node is at work on a name, or was killed at it and left something of that. Who finds its
 * work done needs no lock unless this is true. Starts no process.
 */
export function isLocked(name: string): boolean {
  return existsSync(lockPath(name));
}

/** The names that a process has locked. */
export function locksOf(pid: number): readonly string[] {
  return numbersIn(`/proc/${pid}/fd`).flatMap((descriptor) => {
    const path = pathOf(pid, descriptor) ?? '';
    // A process that waits for a lock has its file open, too, but no lock on it.
    const locked = path.startsWith(locksDirectory) && /^lock:/m.test(read(`/proc/${pid}/fdinfo/${descriptor}`));
    return locked ? [path.slice(locksDirectory.length)] : [];
  });
}

/**
 * Takes a lock from a process that was killed and that the kernel does not let end: what it locks is no longer the file
 * at the path, which those that wait notice. As after any other kill there still is a file, so isLocked is true until
 * somebody finished the work.
 */
export function takeFromKilled(name: string): void {
  const fresh = `${locksDirectory}.given-up-${process.pid}`;
  try {
    closeSync(openLockFile(fresh));
    renameSync(fresh, lockPath(name));
  } catch (error) {
    if (asFailure(error)?.kind !== 'full') throw error;
    unlinkSync(lockPath(name));
  }
}

/**
 * Takes away the lock file of a process that was killed; one that somebody still locks stays, and nobody waits for it.
 * For who needs no lock and must not wait for one.
 */
export async function sweepLock(name: string): Promise<void> {
  if (!isLocked(name)) return;
  const descriptor = openLockFile(lockPath(name));
  try {
    const status = await exitStatusOf(['flock', '--nonblock', '3'], { descriptor });
    if (status === 0 && isSameFile(descriptor, lockPath(name))) unlinkSync(lockPath(name));
  } finally {
    closeSync(descriptor);
  }
}

function lockPath(name: string): string {
  return `${locksDirectory}${name}`;
}

async function acquire(path: string): Promise<number> {
  const end = Date.now() + lockPatience;
  for (;;) {
    const descriptor = openLockFile(path);
    const locked = await lockUntil(end, descriptor, path).catch((error: unknown) => {
      closeSync(descriptor);
      throw error;
    });
    if (locked) return descriptor;
    closeSync(descriptor);
  }
}

/**
 * Waits for the lock on an open file; false when that is no longer the file at the path. A lock that was taken from a
 * process which cannot end looks like that, too, and its file stays locked: so nobody waits for long without looking.
 */
async function lockUntil(end: number, descriptor: number, path: string): Promise<boolean> {
  for (;;) {
    const argv = ['flock', '--wait', String(turn), '3'];
    const status = await exitStatusOf(argv, { descriptor, timeLimit: (turn + 5) * 1000 });
    if (status !== 0 && status !== 1)
      throw new Failure('failed', `flock could not lock ${path}: exit status ${status ?? 'none'}`);
    if (!isSameFile(descriptor, path)) return false;
    if (status === 0) return true;
    if (Date.now() > end) throw busy(path);
  }
}

function openLockFile(path: string): number {
  return openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
}

function isSameFile(descriptor: number, path: string): boolean {
  try {
    return fstatSync(descriptor).ino === statSync(path).ino;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

function busy(path: string): Failure {
  let holder = 'another process';
  try {
    holder = readFileSync(path, 'utf8') || holder;
  } catch {
    // It just ended: the sentence below is still true.
  }
  return new Failure('busy', `${holder} has been working on this for more than ${lockPatience / 1000} seconds`, {
    hint: 'wait until it is done, then run this again',
  });
}
