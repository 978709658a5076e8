import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { errnoOf, Failure } from './errors.ts';
import { exitStatusOf } from './exec.ts';
import { ifThereIsRoom } from './files.ts';
import { makeRunDirectory, runDirectory } from './run-directory.ts';

const patience = 60;

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
 * Whether a process of this node is at work on a name, or was killed at it and left something of that. Who finds its work
 * done needs no lock unless this is true. Starts no process.
 */
export function isLocked(name: string): boolean {
  return existsSync(lockPath(name));
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
  return `${runDirectory}/lock/${name}`;
}

async function acquire(path: string): Promise<number> {
  for (;;) {
    const descriptor = openLockFile(path);
    let keep = false;
    try {
      const status = await exitStatusOf(['flock', '--wait', String(patience), '3'], {
        descriptor,
        timeLimit: (patience + 5) * 1000,
      });
      if (status === 1) throw busy(path);
      if (status !== 0) throw new Failure('failed', `flock could not lock ${path}: exit status ${status ?? 'none'}`);
      keep = isSameFile(descriptor, path);
      if (keep) return descriptor;
    } finally {
      if (!keep) closeSync(descriptor);
    }
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
  return new Failure('busy', `${holder} has been at work on this for more than ${patience} seconds`, {
    hint: 'wait until it is done, then run this again',
  });
}
