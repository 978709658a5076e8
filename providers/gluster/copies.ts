import { statSync } from 'node:fs';
import { Failure } from '../../src/errors.ts';
import type { Request } from '../../src/request.ts';
import { summarize } from '../../src/tools/processes.ts';
import { copyRaw } from '../../src/tools/qemu-img.ts';
import { formatBytes, toBytes } from '../../src/units.ts';
import { attachedDevices } from './attachments.ts';
import type { Image } from './images.ts';
import { requireNoOtherHolder } from './lease-store.ts';
import { type ImageMetadata, readMetadata } from './metadata.ts';
import { findAgain, findImage } from './storage.ts';
import { thisNode } from './this-node.ts';
import { usersHere } from './userspace.ts';

type Parameters = Readonly<Record<string, string>>;

/** Throws a Failure of kind busy while a process of this node, or a guest that runs here, uses an image. */
export async function requireUnused(image: Image, parameters: Parameters, hint: string): Promise<void> {
  const users = await usersHere(image, await attachedDevices(image.name), parameters);
  if (users.length > 0) throw new Failure('busy', `image ${image.name} is in use by ${summarize(users)}`, { hint });
}

/** Throws a Failure of kind busy unless an image can be copied: nothing may write to it, on any node. */
export async function requireQuiet(image: Image, parameters: Parameters): Promise<void> {
  await requireNoOtherHolder(image);
  await requireUnused(image, parameters, 'a running instance cannot be copied yet: shut it down first');
}

/**
 * Copies an image into a new file that is at least as large and holds zeros only. Throws a Failure of kind busy when
 * somebody began to use the image meanwhile, from whichever node: the copy is then of no moment that ever was.
 */
export async function copyQuiet(image: Image, disk: string, parameters: Parameters): Promise<void> {
  const before = stateOf(image);
  await copyRaw(image.disk, disk);
  const now = findAgain(image);
  await requireQuiet(now, parameters);
  if (stateOf(now) !== before)
    throw new Failure('busy', `image ${image.name} was written to while it was copied`, {
      hint: 'copy it again while no instance uses it',
    });
}

/**
 * The image that a new one is to be a clone of, ready to be copied; its volume is held. Throws a Failure of kind missing
 * or busy, and of kind invalid when the clone would be smaller.
 */
export async function sourceOf({ parameters, size }: Request<'create'>): Promise<Image | undefined> {
  const { clone: name, volume, ...where } = parameters;
  if (name === undefined) return undefined;
  const source = await findImage({ name, parameters: where });
  if (toBytes(size) < source.size)
    throw new Failure('invalid', `a clone of ${name} cannot be smaller than it: it has ${formatBytes(source.size)}`);
  await requireQuiet(source, parameters);
  return source;
}

/** What is kept with a snapshot that is made of an image now, on this node. */
export function snapshotMetadata(image: Image): ImageMetadata {
  const { info, diskName } = readMetadata(image.directory);
  return {
    ...(info === undefined ? {} : { info }),
    ...(diskName === undefined ? {} : { diskName }),
    preallocation: 'off',
    created: new Date().toISOString(),
    createdBy: thisNode().name,
    snapshotOf: image.name,
    snapshotState: stateOf(image),
  };
}

/**
 * Throws a Failure of kind exists unless a snapshot that is there already was made of the image as it is now. One from
 * an older state must not pass for a new one: a backup of it would silently be an old backup.
 */
export function isSameSnapshot(image: Image, snapshot: Image): void {
  const metadata = readMetadata(snapshot.directory);
  if (metadata.snapshotOf === image.name && metadata.snapshotState === stateOf(image)) return;
  const what =
    metadata.snapshotOf === image.name
      ? `an older snapshot, of ${metadata.created ?? 'unknown date'}`
      : 'another image';
  throw new Failure('exists', `${snapshot.name} exists and is ${what}`, {
    hint: `VOL_NAME=${snapshot.name} /usr/share/ganeti/extstorage/gluster/remove, if nobody needs it`,
  });
}

/** A text that changes whenever data of an image was written. */
function stateOf(image: Image): string {
  const { size, mtimeNs, ino } = statSync(image.disk, { bigint: true });
  return [ino, size, mtimeNs].join(':');
}
