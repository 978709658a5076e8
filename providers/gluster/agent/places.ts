import { closeSync, fsyncSync, openSync, renameSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileSystemOf } from '#gluster/glusterd/bricks.ts';
import { Failure } from '#src/errors.ts';
import { mounts } from '#src/mounts.ts';
import { isRunning } from '#src/tools/processes.ts';
import { entriesOf, statOf } from '#src/trees.ts';
import type { Bytes } from '#src/units.ts';
import { waitFor } from '#src/wait.ts';
import { type BrickPlace, requireBrick } from './brick-files.ts';

/** For the process of a brick to end when its volume has left it: milliseconds. */
const patience = 15_000;

/** What a node knows of a directory that is to become a brick. */
export interface NewPlace {
  /** Why it cannot become one, a sentence each. */
  readonly problems: readonly string[];
  /** What its file system has free. */
  readonly free: Bytes;
}

/**
 * Looks at a directory of this node that is to become a brick: it is not there yet, the directory above it is, and that
 * lies on a file system of its own. Gluster would put a brick on the root file system when it is told `force`, and into
 * the mount point of a file system that is not mounted.
 */
export async function newPlace(path: string): Promise<NewPlace> {
  const above = dirname(path);
  if (statOf(above)?.isDirectory() !== true) return { problems: [`there is no directory ${above}`], free: 0 };
  const { bavail, bsize } = statfsSync(above);
  const problems = [
    ...(fileSystemOf(above, mounts()) === undefined ? [`${above} lies on the root file system`] : []),
    ...(statOf(path) === undefined ? [] : [`${path} is there already`]),
  ];
  return { problems, free: bavail * bsize };
}

/**
 * Renames the directory of a brick that its volume has left, so that Gluster can be given its old name again. Its data
 * stays. Returns where it is now; an empty text when it is not there, because that was done before.
 */
export async function retireBrick(place: BrickPlace): Promise<string> {
  if (statOf(place.path) === undefined) return '';
  await requireBrick(place);
  const { path } = place;
  const ends = (): boolean => !isRunning('glusterfsd', path);
  if (!(await waitFor(ends, Boolean, patience))) throw new Failure('busy', `the process of brick ${path} runs still`);
  const day = new Date().toISOString().slice(0, 10);
  for (let count = 1; ; count += 1) {
    const name = `${path}.removed-${day}${count === 1 ? '' : `-${count}`}`;
    if (statOf(name) !== undefined) continue;
    try {
      renameSync(path, name);
    } catch (error) {
      throw new Failure('failed', `${path} could not be renamed`, { cause: error });
    }
    // A node that loses power must not come back with the old name: another directory may have got it since.
    syncDirectory(dirname(path));
    return name;
  }
}

function syncDirectory(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** What a brick has marked of what other bricks lack. */
export interface Marks {
  /** How many entries: what heal-count counts. */
  readonly entries: number;
  /** Whether the root of the volume is among them, as it is when a brick is new. */
  readonly root: boolean;
}

const rootIdentity = '00000000-0000-0000-0000-000000000001';

/** What a brick of this node has marked. */
export async function marksOf(place: BrickPlace): Promise<Marks> {
  await requireBrick(place);
  const marks = entriesOf(`${place.path}/.glusterfs/indices/xattrop`).filter((mark) => !mark.startsWith('xattrop-'));
  return { entries: marks.length, root: marks.includes(rootIdentity) };
}
