import { type StatsFs, statfs, statfsSync } from 'node:fs';
import { reserveOf } from '#gluster/configuration/values.ts';
import type { MountedVolume } from '#gluster/node/mounts.ts';
import { Failure } from '#src/errors.ts';
import { type Room, recentRoom } from '#src/mounts.ts';
import { note } from '#src/reply.ts';
import type { Preallocation } from '#src/tools/qemu-img.ts';
import { type Bytes, formatBytes, mostMebibytes, toBytes, toMebibytes } from '#src/units.ts';
import { adjustEstimate, estimateOn, promisedOn } from './promised.ts';

/** What something new would take of a volume. */
export interface Demand {
  /** As in `no room for ...`. */
  readonly purpose: string;
  /** By how much the sizes of all images together grow. */
  readonly growth: Bytes;
  /** What it occupies at once. */
  readonly blocks: Bytes;
  /** The size an image has before. Given, a refusal tells the largest size that it could have. */
  readonly from?: Bytes;
}

/** What is known of the space of a volume. */
export interface VolumeSpace {
  readonly volume: string;
  readonly total: Bytes;
  /** What can still be written; Gluster's own storage.reserve is taken off already. */
  readonly free: Bytes;
  /** What stays free of new images. */
  readonly reserve: Bytes;
  /** The sizes of all images together, what they may come to occupy; 0 where no overcommit ratio needs it. */
  readonly promised: Bytes;
  /** How many times its size may be promised; undefined: as often as one likes. */
  readonly overcommit: number | undefined;
}

interface Examined {
  readonly here: MountedVolume;
  readonly space: VolumeSpace;
}

/** Sparse: nothing is occupied before the guest writes. */
export function demandOfSize(purpose: string, size: Bytes, preallocation: Preallocation, from = 0): Demand {
  const growth = size - from;
  return { purpose, growth, blocks: preallocation === 'off' ? 0 : growth, from };
}

/** Whether a demand can be met without touching the reserve, and without promising more than is allowed. */
export function fits(space: VolumeSpace, demand: Demand): boolean {
  const { blocks, growth } = roomOf(space);
  return blocks >= demand.blocks && growth >= demand.growth;
}

/** The largest size an image could have in place of the one demanded, in whole MiB; from its size before upwards. */
export function largestSize(space: VolumeSpace, { blocks, from = 0 }: Demand): Bytes {
  const room = roomOf(space);
  const more = room.blocks < 0 ? 0 : Math.min(room.growth, blocks > 0 ? room.blocks : room.growth);
  // Beyond that no size is exact, and no verb takes one.
  return Math.max(from, toBytes(Math.min(toMebibytes(from + more), mostMebibytes)));
}

function roomOf({ total, free, reserve, promised, overcommit }: VolumeSpace): { blocks: Bytes; growth: Bytes } {
  return {
    blocks: free - reserve,
    growth:
      overcommit === undefined ? Number.POSITIVE_INFINITY : Math.max(0, Math.floor(total * overcommit - promised)),
  };
}

/**
 * Of some mounted volumes of one pool the one for something new: it fits there, and of all where it fits this has most
 * free space. Says on standard error when the images could outgrow it. Throws a Failure of kind full, with the numbers
 * and the largest possible size, when it fits nowhere.
 *
 * Two nodes that ask at once may both be told yes: nothing is locked across nodes. Who reserves blocks looks again when
 * they are reserved (requireReserve); sparse images may then exceed the overcommit ratio by what was made in that
 * moment.
 */
export async function chooseVolume(mounted: readonly MountedVolume[], demand: Demand): Promise<MountedVolume> {
  const found = await Promise.all(mounted.map(async (here) => ({ here, space: await spaceOf(here) })));
  const sorted = found.sort((one, other) => other.space.free - one.space.free);
  const chosen = sorted.find(({ space }) => fits(space, demand));
  if (chosen === undefined) throw await noRoom(sorted, demand);
  await warnIfOutgrown(chosen, demand);
  adjustEstimate(chosen.here, demand.growth);
  return chosen.here;
}

/**
 * Throws a Failure of kind full when a volume has clearly less free than its reserve: after blocks were reserved,
 * because another node may have taken the same room meanwhile. Both may then give up; neither keeps what it must not.
 * Clearly: the bricks note which blocks are reserved, and XFS takes more than was written for some minutes.
 */
export function requireReserve(mounted: MountedVolume): void {
  const { total, free } = roomIn(statfsSync(mounted.path));
  const reserve = reserveOf(mounted.pool.reserve, total);
  if (free >= reserve / 2) return;
  throw new Failure('full', `something else took room on volume ${mounted.volume} meanwhile`, {
    problems: [`${formatBytes(free)} are free now, ${formatBytes(reserve)} are kept in reserve`],
    hint: 'gnt-gluster mount status',
  });
}

/** What can still be written to a mounted volume; its reserve counts as free here. */
export function freeSpace(path: string): Bytes {
  return roomIn(statfsSync(path)).free;
}

function roomIn({ bavail, blocks, bsize }: StatsFs): Room {
  return { total: blocks * bsize, free: bavail * bsize };
}

/** Asks by another thread, so that several volumes can be asked at once. */
async function askRoom({ path }: MountedVolume): Promise<Room> {
  return await new Promise((resolve, reject) => {
    statfs(path, (error, found) => (error === null ? resolve(roomIn(found)) : reject(error)));
  });
}

async function spaceOf(mounted: MountedVolume): Promise<VolumeSpace> {
  const { total, free } = recentRoom(mounted.path) ?? (await askRoom(mounted));
  const { reserve, overcommit } = mounted.pool;
  const promised = overcommit === undefined ? 0 : await promisedOn(mounted);
  return { volume: mounted.volume, total, free, reserve: reserveOf(reserve, total), promised, overcommit };
}

async function noRoom(volumes: readonly Examined[], demand: Demand): Promise<Failure> {
  const spaces = volumes.map(({ space }) => space);
  const [best] = spaces.toSorted((one, other) => largestSize(other, demand) - largestSize(one, demand));
  const largest = best === undefined ? 0 : largestSize(best, demand);
  const most = demand.from === undefined ? '' : `: the largest possible size is ${toMebibytes(largest)} MiB`;
  const { readTrash } = await import('./trash.ts');
  const trash = volumes.flatMap(({ here }) => readTrash(here));
  const held = trash.reduce((sum, { allocated }) => sum + allocated, 0);
  const inTrash = trash.length === 0 ? [] : [`images in the trash hold ${formatBytes(held)}: gnt-gluster trash list`];
  return new Failure('full', `no room for ${demand.purpose}${most}, on volume ${best?.volume}`, {
    problems: [...spaces.map((space) => numbersOf(space, demand)), ...inTrash],
    hint:
      trash.length === 0 ? 'gnt-gluster mount status' : 'gnt-gluster trash purge --all, if nobody needs what is there',
  });
}

function numbersOf({ volume, total, free, reserve, promised, overcommit }: VolumeSpace, demand: Demand): string {
  const numbers = `volume ${volume}: ${formatBytes(free)} free of ${formatBytes(total)}, ${formatBytes(reserve)} kept in reserve`;
  if (overcommit === undefined || demand.growth === 0) return numbers;
  return `${numbers}; its images may grow to ${formatBytes(promised)}, but at most ${overcommit} x ${formatBytes(total)} is allowed`;
}

async function warnIfOutgrown({ here, space }: Examined, demand: Demand): Promise<void> {
  const { volume, total, free, overcommit } = space;
  if (overcommit !== undefined || demand.growth === demand.blocks) return;
  const isRoomBeside = (promised: Bytes): boolean => demand.growth <= free && promised + demand.growth <= total;
  const promised = await estimateOn(here, isRoomBeside);
  if (isRoomBeside(promised)) return;
  const together = promised + demand.growth;
  note(
    `warning: sparse images may outgrow volume ${volume}: with ${demand.purpose} they may grow to ${formatBytes(together)}; ` +
      `it has ${formatBytes(total)}, ${formatBytes(free)} free`,
  );
}
