import { preallocations } from '#gluster/configuration/parameters.ts';
import type { Pool } from '#gluster/configuration/pool.ts';
import { thisNode } from '#gluster/ganeti/this-node.ts';
import type { MountedVolume } from '#gluster/node/mounts.ts';
import { Failure } from '#src/errors.ts';
import type { Request } from '#src/request.ts';
import type { Preallocation } from '#src/tools/qemu-img.ts';
import { formatBytes, toBytes } from '#src/units.ts';
import { copyQuiet } from './copy.ts';
import { allocate, type Image } from './image.ts';
import { belonging, type ImageMetadata, readMetadata } from './metadata.ts';
import { type Demand, demandOfSize, requireReserve } from './space.ts';

/** How a new image reserves its blocks: as its disk says, else as its pool does. */
export function preallocationOf(request: Request<'create'>, pool: Pool): Preallocation {
  const asked = request.parameters.preallocation;
  return preallocations.find((known) => known === asked) ?? pool.preallocation;
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
  throw new Failure('exists', `image ${image.name} exists on volume ${image.mounted.volume} and is another one`, {
    problems: [
      `it has ${image.size} bytes and belongs to disk ${metadata.uuid ?? '(none)'}${contentOf(metadata)}`,
      `asked for are ${size} bytes for disk ${uuid ?? '(none)'}${contentOf({ cloneOf: parameters.clone })}`,
    ],
    hint: `gnt-gluster image info ${image.name}`,
  });
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

/** What a new image takes of its volume: a sparse one nothing at first, a sparse clone as much as what it is a clone of. */
export function demandOf({ size }: Request<'create'>, preallocation: Preallocation, source: Image | undefined): Demand {
  const purpose = source === undefined ? 'an image' : `a clone of ${source.name}`;
  const demand = demandOfSize(`${purpose} of ${formatBytes(toBytes(size))}`, toBytes(size), preallocation);
  if (source === undefined || preallocation !== 'off') return demand;
  return { purpose: demand.purpose, growth: demand.growth, blocks: source.allocated };
}

/** Gives an empty file on a volume its size, its blocks and, for a clone, its data. */
export async function fillNew(
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
