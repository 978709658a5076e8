import { closeSync, constants, openSync, statSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { asFailure, errnoOf, Failure } from '#src/errors.ts';
import { ifThereIsRoom, readIfThere, removeFileIfThere, replaceShared } from '#src/files.ts';
import { makeRunDirectory, runDirectory } from '#src/run-directory.ts';
import type { MountedVolume } from './mounts.ts';

/** The smallest request of a guest: its firmware, its partition table and its disk's sectors are of that size. */
const smallest = 512;
/** For how long a good answer holds, in milliseconds: bricks are replaced and options changed, but not every minute. */
const trusted = 24 * 3_600_000;

/**
 * Throws a Failure of kind unsupported when a volume refuses direct requests of 512 bytes: its bricks lie on devices
 * with sectors of 4096 bytes, and nothing between them and the guest makes such requests larger. Neither a loop device
 * does, nor libgfapi, so that every such request of a guest would fail.
 *
 * Found out by a write, because reading a hole tells nothing: no brick has to look at its device for it. A good answer
 * is remembered on this node until it boots, at most for a day. A volume that does not answer, or takes no write at
 * all, is told of by whatever is done with it next.
 */
export function requireSmallRequests(mounted: MountedVolume): void {
  if (!isRemembered(mounted)) requireSmallRequestsNow(mounted);
}

/**
 * Asks anew, whatever is remembered, and looks at the bricks of this node as well: of several copies one that refuses
 * small requests is noticed by no client, but misses them all and never finishes healing.
 */
export async function checkSmallRequests(mounted: MountedVolume): Promise<void> {
  requireSmallRequestsNow(mounted);
  const { bricksWithLargerSectors } = await import('#gluster/glusterd/bricks.ts');
  const bricks = bricksWithLargerSectors(mounted.volume, smallest);
  if (bricks.length > 0) throw refusal(mounted.volume, `the device of ${bricks.join(', ')} has larger sectors`);
}

function requireSmallRequestsNow(mounted: MountedVolume): void {
  const answer = tryDirectWrite(mounted.path);
  if (answer === 'taken') ifThereIsRoom(() => remember(mounted));
  if (answer !== 'refused') return;
  removeFileIfThere(memoryOf(mounted));
  throw refusal(mounted.volume, 'the devices of its bricks have larger sectors');
}

/** Names the next command; docs/sectors.md tells what it means. */
function refusal(volume: string, problem: string): Failure {
  return new Failure('unsupported', `volume ${volume} refuses requests of ${smallest} bytes, which guests make`, {
    problems: [`${problem}, and the bricks bypass the page cache of their servers`],
    hint: `gluster volume set ${volume} network.remote-dio enable`,
  });
}

type Answer = 'taken' | 'refused' | 'unknown';

function tryDirectWrite(root: string): Answer {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const answer = askOnce(`${root}/.ganeti-gluster-probe@${hostname()}`);
    if (answer !== undefined) return answer;
  }
  return 'unknown';
}

/** undefined when another process of this node, which uses the same file, came between. One that was killed left it. */
function askOnce(file: string): Answer | undefined {
  try {
    removeFileIfThere(file);
    const { O_WRONLY, O_CREAT, O_EXCL, O_DIRECT } = constants;
    const descriptor = openSync(file, O_WRONLY | O_CREAT | O_EXCL | O_DIRECT, 0o600);
    try {
      writeSync(descriptor, Buffer.alloc(smallest));
      return 'taken';
    } finally {
      closeSync(descriptor);
      removeFileIfThere(file);
    }
  } catch (error) {
    const errno = errnoOf(error) ?? '';
    if (['EEXIST', 'ENOENT'].includes(errno)) return undefined;
    if (errno === 'EINVAL') return 'refused';
    if (errno === 'EISDIR' || asFailure(error) !== undefined) return 'unknown';
    throw error;
  }
}

function isRemembered(mounted: MountedVolume): boolean {
  const found = statSync(memoryOf(mounted), { throwIfNoEntry: false });
  const age = Date.now() - (found?.mtimeMs ?? Number.NaN);
  return age >= 0 && age < trusted && readIfThere(memoryOf(mounted)) === identityOf(mounted);
}

function remember(mounted: MountedVolume): void {
  const identity = identityOf(mounted);
  if (identity === undefined) return;
  makeRunDirectory('volumes');
  replaceShared(memoryOf(mounted), identity);
}

/** No name of a volume holds an @, so this is not where the servers of one are remembered. */
function memoryOf({ pool, volume }: MountedVolume): string {
  return `${runDirectory}/volumes/${pool.name}@${volume}`;
}

/** Tells a volume from another that had its name before: Gluster numbers no two directories alike. */
function identityOf({ path, pool }: MountedVolume): string | undefined {
  return statSync(`${path}/${pool.directory}`, { bigint: true, throwIfNoEntry: false })?.ino.toString();
}
