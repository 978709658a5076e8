import { thisNode } from '#gluster/ganeti/this-node.ts';
import { generationOf, requireNoOtherHolder } from '#gluster/leases/store.ts';
import { attachmentsOf, detachStale } from '#gluster/node/attachments.ts';
import { Failure } from '#src/errors.ts';
import type { Request } from '#src/request.ts';
import { summarize } from '#src/tools/processes.ts';
import { copyRaw } from '#src/tools/qemu-img.ts';
import { inodeOf, statOf } from '#src/trees.ts';
import { formatBytes, toBytes } from '#src/units.ts';
import { findAgain, findImage } from './find.ts';
import type { Image } from './image.ts';
import { belonging, type ImageMetadata, readMetadata } from './metadata.ts';
import { lookAround, tailOf, usersOfFile } from './users.ts';

/** Throws a Failure of kind busy while a process of this node, or a guest that runs here, uses an image. */
export async function requireUnused(image: Image, hint: string): Promise<void> {
  const devices = await detachStale(image.name, image, await attachmentsOf(image.name));
  const users = usersOfFile(tailOf(image.name), devices, await lookAround());
  if (users.length > 0) throw new Failure('busy', `image ${image.name} is in use by ${summarize(users)}`, { hint });
}

/** Throws a Failure of kind busy unless an image can be copied: nothing may write to it, on any node. */
export async function requireQuiet(image: Image): Promise<void> {
  await requireNoOtherHolder(image);
  await requireUnused(image, 'a running instance cannot be copied yet: shut it down first');
}

/**
 * Copies an image into a new file that is at least as large and holds zeros only. Throws a Failure of kind busy when
 * somebody began to use the image meanwhile, from whichever node: the copy is then of no moment that ever was.
 */
export async function copyQuiet(image: Image, disk: string): Promise<void> {
  const before = await momentOf(image);
  await copyRaw(image.disk, disk);
  const now = findAgain(image);
  await requireQuiet(now);
  if ((await momentOf(now)) !== before)
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
  await requireQuiet(source);
  return source;
}

/** What is kept with a snapshot that is made of an image now, on this node. */
export async function snapshotMetadata(image: Image): Promise<ImageMetadata> {
  const { info, diskName } = readMetadata(image.directory);
  return {
    ...(info === undefined ? {} : { info }),
    ...(diskName === undefined ? {} : { diskName }),
    ...belonging(image.mounted.pool),
    preallocation: 'off',
    created: new Date().toISOString(),
    createdBy: thisNode().name,
    snapshotOf: image.name,
    snapshotState: await momentOf(image),
  };
}

/**
 * Throws a Failure of kind exists unless a snapshot that is there already was made of the image as it is now. One from
 * an older state must not pass for a new one: a backup of it would silently be an old backup.
 */
export async function requireSameSnapshot(image: Image, snapshot: Image): Promise<void> {
  const metadata = readMetadata(snapshot.directory);
  if (metadata.snapshotOf === image.name && metadata.snapshotState === (await momentOf(image))) return;
  const what =
    metadata.snapshotOf === image.name
      ? `an older snapshot, of ${metadata.created ?? 'unknown date'}`
      : 'another image';
  throw new Failure('exists', `${snapshot.name} exists and is ${what}`, {
    hint: `VOL_NAME=${snapshot.name} /usr/share/ganeti/extstorage/gluster/remove, if nobody needs it`,
  });
}

/**
 * A moment of an image: a text that another one equals only when no data was written in between. Whoever is to write opens
 * the image first, on whichever node, and that changes the number in the name of its lease file. Its time of change is no
 * proof: with sharding a write beyond the first block changes it for the client that wrote, and for nobody else. It is here
 * for those who write without opening, as by hand, and so are the size and the blocks.
 */
async function momentOf({ disk, directory }: Image): Promise<string> {
  const generation = await generationOf(directory);
  const found = statOf(disk);
  // A moment that cannot be told is like no other.
  if (generation === undefined || found === undefined) return `unknown:${crypto.randomUUID()}`;
  return ['moment', inodeOf(found), generation, found.size, found.blocks, found.mtimeNs].join(':');
}
