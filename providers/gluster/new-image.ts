import { hostname } from 'node:os';
import { Failure } from '../../src/errors.ts';
import type { Request } from '../../src/request.ts';
import type { Preallocation } from '../../src/tools/qemu-img.ts';
import type { Bytes } from '../../src/units.ts';
import type { Image } from './images.ts';
import { type ImageMetadata, readMetadata } from './metadata.ts';
import { preallocations } from './parameters.ts';
import type { Pool } from './pool.ts';

/** How a new image reserves its blocks: as its disk says, else as its pool does. */
export function preallocationOf(request: Request<'create'>, pool: Pool): Preallocation {
  const asked = request.parameters.preallocation;
  return preallocations.find((known) => known === asked) ?? pool.preallocation;
}

/** What is kept with an image that is made for a request now, on this node. */
export function newImageMetadata(request: Request<'create'>, preallocation: Preallocation): ImageMetadata {
  const { uuid, diskName } = request;
  return {
    ...(uuid === undefined ? {} : { uuid }),
    ...(diskName === undefined ? {} : { diskName }),
    preallocation,
    created: new Date().toISOString(),
    createdBy: hostname(),
  };
}

/** Throws a Failure of kind exists unless an image is the one that a repeated create would have made. */
export function requireSame(image: Image, uuid: string | undefined, size: Bytes): void {
  const metadata = readMetadata(image.directory);
  if (metadata.uuid === uuid && metadata.snapshotOf === undefined && image.size === size) return;
  throw new Failure('exists', `image ${image.name} exists on volume ${image.mounted.volume} and is another one`, {
    problems: [
      `it has ${image.size} bytes and belongs to disk ${metadata.uuid ?? '(none)'}`,
      `asked for are ${size} bytes for disk ${uuid ?? '(none)'}`,
    ],
    hint: `gnt-gluster image info ${image.name}`,
  });
}
