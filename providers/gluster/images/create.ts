import type { Request } from '#gluster/configuration/parameters.ts';
import type { Pool } from '#gluster/configuration/pool.ts';
import { thisNode } from '#gluster/ganeti/this-node.ts';
import type { MountedVolume } from '#gluster/node/mounts.ts';
import { requireSmallRequests } from '#gluster/node/small-requests.ts';
import { Failure } from '#src/errors.ts';
import type { Preallocation } from '#src/tools/qemu-img.ts';
import { formatBytes, toBytes } from '#src/units.ts';
import { copyQuiet, sourceOf } from './copy.ts';
import { release, type Search } from './find.ts';
import { type Image, readImage } from './image.ts';
import { allocate, makeImage } from './make.ts';
import { belonging, type ImageMetadata, readMetadata } from './metadata.ts';
import { purgeTrash } from './remove.ts';
import { rememberSite } from './sites.ts';
import { chooseVolume, type Demand, demandOfSize, requireReserve } from './space.ts';

/** How a new image reserves its blocks: as its disk says, else as its pool does. */
export function preallocationOf(request: Request<'create'>, pool: Pool): Preallocation {
  return request.parameters.preallocation ?? pool.preallocation;
}

/** What is kept with an image that is made for a request now, on this node. */
export function newImageMetadata(request: Request<'create'>, pool: Pool, preallocation: Preallocation): ImageMetadata {
  const { uuid, diskName } = request;
  const { clone } = request.parameters;
  return {
    ...(uuid === undefined ? {} : { uuid }),
    ...(diskName === undefined ? {} : { diskName }),
    ...(clone === undefined ? {} : { cloneOf: clone }),
    ...belonging(pool),
    preallocation,
    created: new Date().toISOString(),
    createdBy: thisNode().name,
  };
}

/** Throws a Failure of kind exists unless an image is the one that a repeated create would have made. */
export function requireSame(image: Image, { uuid, size: mebibytes, parameters }: Request<'create'>): void {
  const metadata = readMetadata(image.directory);
  const size = toBytes(mebibytes);
  const sameContent = metadata.snapshotOf === undefined && metadata.cloneOf === parameters.clone;
  if (metadata.uuid === uuid && sameContent && image.size === size) return;
  throw new Failure(
    'exists',
    `image ${image.name} exists on volume ${image.mounted.volume}, and it is not the one that was asked for`,
    {
      problems: [
        `it has ${image.size} bytes and belongs to disk ${metadata.uuid ?? '(none)'}${contentOf(metadata)}`,
        `${size} bytes were asked for, for disk ${uuid ?? '(none)'}${contentOf({ cloneOf: parameters.clone })}`,
      ],
      hint: `gnt-gluster image info ${image.name}`,
    },
  );
}

function contentOf({
  snapshotOf,
  cloneOf,
}: {
  readonly snapshotOf?: string;
  readonly cloneOf?: string | undefined;
}): string {
  if (snapshotOf !== undefined) return `, a snapshot of ${snapshotOf}`;
  return cloneOf === undefined ? '' : `, a clone of ${cloneOf}`;
}

/**
 * What a new image takes of its volume: a sparse one nothing at first, a sparse clone as much as what it is a clone of.
 */
export function demandOf({ size }: Request<'create'>, preallocation: Preallocation, source: Image | undefined): Demand {
  const purpose = source === undefined ? 'an image' : `a clone of ${source.name}`;
  const demand = demandOfSize(`${purpose} of ${formatBytes(toBytes(size))}`, toBytes(size), preallocation);
  if (source === undefined || preallocation !== 'off') return demand;
  return { purpose: demand.purpose, growth: demand.growth, blocks: source.allocated };
}

/** Gives an empty file on a volume its size, its blocks and, for a clone, its data. */
async function fillNew(
  mounted: MountedVolume,
  disk: string,
  { size }: Request<'create'>,
  preallocation: Preallocation,
  source: Image | undefined,
): Promise<void> {
  await allocate(disk, toBytes(size), preallocation);
  if (source !== undefined) await copyQuiet(source, disk);
  if (preallocation !== 'off' || source !== undefined) requireReserve(mounted);
}

/**
 * Makes the image of a request on one of the volumes that were looked at, or finds that it is there already. All of
 * them are let go of but the one that has it. The caller has held this node's lock on the name since before it looked.
 */
export async function createImage(request: Request<'create'>, { image, mounted, pool }: Search): Promise<void> {
  let place: MountedVolume | undefined;
  let source: Image | undefined;
  try {
    place = image?.mounted;
    if (image !== undefined) return requireSame(image, request);
    const preallocation = preallocationOf(request, pool);
    source = await sourceOf(request);
    const link = await fileToLink(request, mounted);
    const best = link?.mounted ?? (await chooseVolume(mounted, demandOf(request, preallocation, source)));
    requireSmallRequests(best);
    const made = await makeImage(best, request.name, {
      size: toBytes(request.size),
      metadata: { ...newImageMetadata(request, pool, preallocation), ...link?.metadata },
      fill: (disk) => fillNew(best, disk, request, preallocation, source),
      ...link?.content,
    });
    const now = readImage(best, request.name);
    if (now === undefined) throw new Failure('unavailable', `image ${request.name} was made and is not there`);
    // Another node was faster; what it made is ours if it is the same.
    if (!made || now.size !== toBytes(request.size)) requireSame(now, request);
    place = best;
    rememberSite(best);
    await purgeTrash(pool, [best]);
  } finally {
    await release(mounted, place);
    await source?.mounted.release();
  }
}

async function fileToLink(request: Request<'create'>, mounted: readonly MountedVolume[]) {
  if (request.parameters.link === undefined) return undefined;
  const { findLink } = await import('./link.ts');
  return await findLink(request, mounted, request.parameters.link);
}
