import { Failure } from '#src/errors.ts';
import { removeTree, statOf } from '#src/trees.ts';
import { type BrickPlace, requireBrick, volumeOfBrick } from './brick-files.ts';
import { slotsHere } from './slots.ts';

/** A directory that was a brick until its volume left it. */
export interface RemovedBrick {
  readonly path: string;
  /** The UUID of the volume. */
  readonly volume: string;
  /** When it was renamed; milliseconds since 1970 by the clock of its node. */
  readonly since: number;
}

/** As retireBrick calls them. */
export const removed = /^[^/]+\.removed-\d{4}-\d\d-\d\d(-\d+)?$/;

/** What is left of bricks in the slots of this node. */
export async function removedHere(): Promise<readonly RemovedBrick[]> {
  const paths = slotsHere().flatMap(({ directory, entries }) =>
    entries.filter((entry) => removed.test(entry)).map((entry) => `${directory}/${entry}`),
  );
  const found: RemovedBrick[] = [];
  for (const path of paths) {
    const volume = await volumeOfBrick(path);
    const status = statOf(path);
    if (volume !== undefined && status !== undefined) found.push({ path, volume, since: Number(status.ctimeMs) });
  }
  return found;
}

/** Deletes what is left of a brick in a slot of this node, for good. */
export async function deleteRemoved(place: BrickPlace): Promise<true> {
  if (!(await removedHere()).some(({ path, volume }) => path === place.path && volume === place.volume))
    throw new Failure('missing', `${place.path} is not what a volume left in a slot`);
  await requireBrick(place);
  removeTree(place.path);
  return true;
}
