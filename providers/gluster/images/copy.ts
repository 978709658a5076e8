import type { Request } from '#gluster/configuration/parameters.ts';
import { generationOf, requireNoOtherHolder } from '#gluster/leases/store.ts';
import { lookHere } from '#gluster/node/attachments.ts';
import { detachStale } from '#gluster/node/stale.ts';
import { Failure } from '#src/errors.ts';
import { summarize } from '#src/tools/processes.ts';
import { copyRaw } from '#src/tools/qemu-img.ts';
import { inodeOf, statOf } from '#src/trees.ts';
import { formatBytes, toBytes } from '#src/units.ts';
import { findAgain, findImage } from './find.ts';
import type { Image } from './image.ts';
import { lookAround, tailOf, usersOfFile } from './users.ts';

/** Throws a Failure of kind busy while a process of this node, or a guest that runs here, uses an image. */
export async function requireUnused(image: Image, hint: string): Promise<void> {
  await requireNoUser(image, await detachStale(image, await lookHere(image.name)), hint);
}

/** The same of an image that is attached to some devices of this node; it detaches none. */
export async function requireNoUser(image: Image, devices: readonly string[], hint: string): Promise<void> {
  const users = usersOfFile(tailOf(image.name), devices, await lookAround());
  if (users.length > 0) throw new Failure('busy', `image ${image.name} is in use by ${summarize(users)}`, { hint });
}

/** Throws a Failure of kind busy unless an image can be copied: nothing may write to it, on any node. */
export async function requireQuiet(image: Image): Promise<void> {
  await requireNoOtherHolder(image);
  await requireUnused(image, 'shut its instance down first: gnt-instance shutdown INSTANCE');
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
 * The image that a new one is to be a clone of, ready to be copied; its volume is held. Throws a Failure of kind
 * missing or busy, and of kind invalid when the clone would be smaller.
 */
export async function sourceOf({ parameters, size }: Request<'create'>): Promise<Image | undefined> {
  const { clone: name, pool } = parameters;
  if (name === undefined) return undefined;
  const source = await findImage({ name, pool });
  if (toBytes(size) < source.size)
    throw new Failure('invalid', `a clone of ${name} cannot be smaller than it: it has ${formatBytes(source.size)}`);
  await requireQuiet(source);
  return source;
}

/**
 * A moment of an image: a text that another one equals only when no data was written in between. Whoever is to write
 * opens the image first, on whichever node, and that changes the number in the name of its lease file. Its time of
 * change is no proof: with sharding a write beyond the first block changes it for the client that wrote, and for nobody
 * else. It is here for those who write without opening, as by hand, and so are the size and the blocks.
 */
export async function momentOf({ disk, directory }: Image): Promise<string> {
  const generation = await generationOf(directory);
  const found = statOf(disk);
  // A moment that cannot be told is like no other.
  if (generation === undefined || found === undefined) return `unknown:${crypto.randomUUID()}`;
  return ['moment', inodeOf(found), generation, found.size, found.blocks, found.mtimeNs].join(':');
}
