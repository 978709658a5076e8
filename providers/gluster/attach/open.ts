import { release } from '#gluster/images/find.ts';
import type { Image } from '#gluster/images/image.ts';
import type { Lease } from '#gluster/leases/decide.ts';
import { takeLease } from '#gluster/leases/store.ts';
import { lookHere } from '#gluster/node/attachments.ts';
import { refreshDevices } from '#gluster/node/devices.ts';
import { requireCurrent } from '#gluster/node/stale.ts';
import { rememberAttached } from './attach.ts';

/**
 * Takes an image for this node and remembers that. Throws a Failure of kind busy, and takes nothing, when another node
 * has it or when a device of this node has an earlier file of it. The caller holds this node's lock on the name.
 */
export async function openImage(image: Image, mode: Lease['mode']): Promise<void> {
  try {
    const here = await lookHere(image.name);
    requireCurrent(image, here);
    const devices = here.attachments.map(({ device }) => device);
    // Another node may have made the image larger while it stayed attached here.
    await refreshDevices(devices, image);
    await takeLease(image, mode);
    await rememberAttached(image, devices[0], mode, here.record);
  } catch (error) {
    await release([image.mounted]);
    throw error;
  }
}
