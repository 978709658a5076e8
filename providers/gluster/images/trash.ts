import { renameSync } from 'node:fs';
import { basename } from 'node:path';
import { nameOfWriter, writerHere } from '#gluster/ganeti/this-node.ts';
import { publishRun } from '#gluster/leases/published-runs.ts';
import { breakLeases, readLeases } from '#gluster/leases/store.ts';
import type { MountedVolume } from '#gluster/node/mounts.ts';
import { errnoOf, Failure } from '#src/errors.ts';
import { makeDirectory } from '#src/files.ts';
import { note } from '#src/reply.ts';
import { entriesOf, removeTree, statOf } from '#src/trees.ts';
import type { Bytes } from '#src/units.ts';
import { type Image, imageDirectory, imagesDirectory, readImage } from './image.ts';
import { deleteImage } from './make.ts';
import { readMetadata } from './metadata.ts';
import { clocksOf, judge, readSightings, sight, type Verdict, writeSightings } from './trash-time.ts';
import { sweep } from './unfinished.ts';

/** removed: by Ganeti. quarantined: by an administrator, and never purged unless one asks for it. */
export type Reason = 'removed' | 'quarantined';

/** What the name of an entry of the trash tells. */
export interface Entry {
  /** What the image was called. */
  readonly name: string;
  readonly reason: Reason;
  readonly when: Date;
  /** The node that did it; cut off where the name of the image is very long. */
  readonly node: string;
}

/** An image in the trash of a volume, as far as the name of its entry tells. */
export interface Placed extends Entry {
  readonly mounted: MountedVolume;
  /** Its directory on this node. */
  readonly directory: string;
  /** When it is purged by itself, at the earliest; undefined: never. */
  readonly until: Date | undefined;
}

/** An image in the trash of a volume. */
export interface Trashed extends Placed {
  readonly size: Bytes;
  readonly allocated: Bytes;
}

/** No image can have this name. */
const trashDirectory = '.trash';

/** An entry that begins with this is being deleted. No image can have such a name. */
const deletedMark = '.';

const purgeSeconds = 5;
const mostNameBytes = 254;

/** The name of an entry: all that there is to know is in it, so that one rename both removes an image and notes it. */
export function entryName({ name, reason, when, node }: Entry): string {
  return `${name}@${reason}-${when.toISOString()}@${node}`.slice(0, mostNameBytes);
}

/** Reads the name of an entry; undefined when it is none. */
export function parseEntry(text: string): Entry | undefined {
  const [, name, reason, time = '', node] = /^([^@.][^@]*)@(removed|quarantined)-([^@]+)@([^@]*)$/.exec(text) ?? [];
  const when = new Date(time);
  if (name === undefined || reason === undefined || node === undefined || Number.isNaN(when.getTime()))
    return undefined;
  return { name, reason: reason === 'removed' ? 'removed' : 'quarantined', when, node: nameOfWriter(node) };
}

/** When an entry is purged by itself, at the earliest: a pool keeps what was removed for so many milliseconds. */
export function purgedAfter({ reason, when }: Entry, keep: number): Date | undefined {
  return reason === 'removed' && keep > 0 ? new Date(when.getTime() + keep) : undefined;
}

/**
 * Removes an image: into the trash when its pool has one, else it is deleted. A snapshot always is deleted: it is a
 * copy, and every backup makes one as large as the disk. Also where not even a directory can be made for lack of space.
 * Returns whether it is in the trash.
 */
export function discard(image: Image): boolean {
  if (!goesToTrash(image) || !kept(image)) {
    deleteImage(image);
    return false;
  }
  sweep(image.mounted, image.name);
  return true;
}

/** Whether an image that is removed can be brought back: where its pool has a trash, and not if it is a snapshot. */
export function goesToTrash(image: Image): boolean {
  return image.mounted.pool.trash > 0 && readMetadata(image.directory).snapshotOf === undefined;
}

function kept(image: Image): boolean {
  try {
    moveToTrash(image, 'removed');
    return true;
  } catch (error) {
    if (errnoOf(error) !== 'ENOSPC') throw error;
    note(`warning: the volume is full: image ${image.name} is deleted instead of kept in the trash`);
    return false;
  }
}

/**
 * Moves an image into the trash of its volume, in one step and with all that is known of it. Its time there begins when
 * any node was last heard of on the volume, at the earliest: a clock that is behind must not make it look long expired.
 */
export function moveToTrash(image: Image, reason: Reason): void {
  const trash = trashOf(image.mounted);
  makeDirectory(trash);
  const { now, others } = clocksOf(imagesDirectory(image.mounted), true);
  const when = new Date(Math.max(now, ...others.map(({ at }) => at)));
  renameSync(image.directory, `${trash}/${entryName({ name: image.name, reason, when, node: writerHere() })}`);
}

/** What is in the trash of a volume, of all images or of one, the oldest first. */
export function readTrash(mounted: MountedVolume, name?: string): readonly Trashed[] {
  return placedOn(mounted, listing(mounted))
    .filter((placed) => name === undefined || placed.name === name)
    .map(withSize);
}

/** What an image in the trash has, which is a question to its volume. */
export function withSize(placed: Placed): Trashed {
  const data = statOf(`${placed.directory}/disk`);
  return { ...placed, size: Number(data?.size ?? 0), allocated: Number(data?.blocks ?? 0) * 512 };
}

function listing(mounted: MountedVolume): readonly string[] {
  return entriesOf(trashOf(mounted));
}

/** The images among the entries of the trash of a volume, the oldest first. Asks the volume nothing. */
function placedOn(mounted: MountedVolume, entries: readonly string[]): readonly Placed[] {
  const found = entries.flatMap((text): readonly Placed[] => {
    const entry = parseEntry(text);
    if (entry === undefined) return [];
    return [
      { ...entry, mounted, directory: `${trashOf(mounted)}/${text}`, until: purgedAfter(entry, mounted.pool.trash) },
    ];
  });
  return found.toSorted((one, other) => one.when.getTime() - other.when.getTime());
}

/**
 * Brings an image back; no node has a lease of it then. Throws a Failure of kind exists when there is something of its
 * name, and of kind missing when it was purged or brought back meanwhile: the rename decides. The caller holds this
 * node's lock on the name.
 */
export async function bringBack({ name, mounted, directory }: Placed): Promise<void> {
  const place = imageDirectory(mounted, name);
  if (readImage(mounted, name) !== undefined) throw new Failure('exists', `there is an image ${name} already`);
  // That of the node that removed it.
  await breakLeases({ name, directory }, await readLeases(directory));
  try {
    renameSync(directory, place);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    throw new Failure('missing', `${name} is not in the trash any more`, {
      hint: 'gnt-gluster trash list',
      cause: error,
    });
  }
}

/** Deletes an image in the trash for ever: it vanishes in one step, its data after that. */
export function purge({ mounted, directory }: Placed): void {
  const entry = directory.slice(directory.lastIndexOf('/') + 1);
  const dead = `${trashOf(mounted)}/${deletedMark}${entry}`;
  try {
    renameSync(directory, dead);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  removeTree(dead);
}

/** Deletes what killed purges left. */
export function purgeRemains(mounted: MountedVolume, entries = listing(mounted)): void {
  for (const entry of entries) if (entry.startsWith(deletedMark)) removeTree(`${trashOf(mounted)}/${entry}`);
}

/** An entry of the trash, and whether its time is over: see judge in trash-time.ts. */
export type Judged = Placed & { readonly verdict: Verdict };

/**
 * All that is in the trash of a volume and is purged by itself, judged, and remembered for the next look unless told.
 */
export function judgeTrash(
  mounted: MountedVolume,
  { remember = true, entries = listing(mounted) } = {},
): readonly Judged[] {
  const directory = imagesDirectory(mounted);
  const expiring = placedOn(mounted, entries).flatMap((placed) =>
    placed.until === undefined ? [] : [{ placed, until: placed.until.getTime() }],
  );
  if (expiring.length === 0) return [];
  const isOver = expiring.some(({ until }) => until <= Date.now());
  const clocks = clocksOf(directory, isOver);
  const before = readSightings(directory);
  const looked = expiring.map(({ placed, until }) => {
    const entry = basename(placed.directory);
    const sighting = sight(before.get(entry), until, clocks);
    const verdict = judge({ until, keep: mounted.pool.trash }, clocks, sighting);
    return { placed, entry, sighting, verdict };
  });
  if (remember) writeSightings(directory, new Map(looked.map(({ entry, sighting }) => [entry, sighting])));
  return looked.map(({ placed, verdict }) => ({ ...placed, verdict }));
}

/**
 * Deletes what is in the trash for longer than its pool keeps it, for some seconds at most, and says how many images
 * that were. It comes after the work of a verb and never makes it fail: what it could not do, it says.
 */
export function purgeExpired(mounted: MountedVolume): void {
  const end = performance.now() + purgeSeconds * 1000;
  let purged = 0;
  try {
    const entries = listing(mounted);
    if (entries.length === 0) return;
    // Others judge by when this node was last heard of.
    publishRun(imagesDirectory(mounted));
    purgeRemains(mounted, entries);
    for (const { verdict, ...placed } of judgeTrash(mounted, { entries })) {
      if (verdict.action === 'keep' && verdict.disagree)
        note(`warning: image ${placed.name} stays in the trash of volume ${mounted.volume}: ${verdict.why}`);
      if (verdict.action !== 'purge' || performance.now() > end) continue;
      purge(placed);
      purged += 1;
    }
    if (purged > 0)
      note(`${purged} ${purged === 1 ? 'image' : 'images'} purged from the trash of volume ${mounted.volume}`);
  } catch (error) {
    note(
      `warning: the trash of volume ${mounted.volume} could not be purged: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function trashOf(mounted: MountedVolume): string {
  return `${imagesDirectory(mounted)}/${trashDirectory}`;
}
