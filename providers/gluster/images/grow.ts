import { truncateSync } from 'node:fs';
import { lookHere } from '#gluster/node/attachments.ts';
import { refreshDevices } from '#gluster/node/devices.ts';
import { requireCurrent } from '#gluster/node/stale.ts';
import { Failure } from '#src/errors.ts';
import { note } from '#src/reply.ts';
import { growRaw } from '#src/tools/qemu-img.ts';
import { type Bytes, formatBytes } from '#src/units.ts';
import { findAgain } from './find.ts';
import type { Image } from './image.ts';
import { readMetadata } from './metadata.ts';
import { chooseVolume, demandOfSize } from './space.ts';
import { requireOneGrower } from './users.ts';

/**
 * Makes an image that was found at least so large, and the devices of this node with it. Throws a Failure of kind full
 * when the volume has no room, of kind busy when a device has an earlier file of the image. The caller has held this
 * node's lock on the name since before it found the image.
 */
export async function growImage(found: Image, size: Bytes): Promise<void> {
  const here = await lookHere(found.name);
  requireCurrent(found, here);
  // Whoever has a lease may have the image made larger elsewhere: it sees the new size with its next open.
  if (found.size < size) await enlarge(found, size);
  const now = found.size < size ? findAgain(found) : found;
  if (now.size < size) throw new Failure('failed', `image ${found.name} did not grow to ${formatBytes(size)}`);
  const devices = here.attachments.map(({ device }) => device);
  await refreshDevices(devices, now);
}

/**
 * Ganeti adds what is to be added to the size that it believes in, so the image grows by another amount than was asked.
 */
export function tellOfSize({ name, size }: Image, believed: Bytes): void {
  if (size === believed) return;
  note(
    `warning: Ganeti believes that image ${name} has ${formatBytes(believed)}, but it has ${formatBytes(size)}: gnt-cluster repair-disk-sizes INSTANCE`,
  );
}

async function enlarge(image: Image, size: Bytes): Promise<void> {
  await requireOneGrower(image);
  const { preallocation } = readMetadata(image.directory);
  const purpose = `${formatBytes(size - image.size)} more`;
  await chooseVolume([image.mounted], demandOfSize(purpose, size, preallocation, image.size));
  if (preallocation === 'off') truncateSync(image.disk, size);
  else await growRaw(image.disk, image.size, size, preallocation);
}
