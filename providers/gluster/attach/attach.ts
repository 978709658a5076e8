import { missing, release, remember, searchImage, type Wanted } from '#gluster/images/find.ts';
import type { Image } from '#gluster/images/image.ts';
import { type AttachedRecord, attachedRecord, lookHere } from '#gluster/node/attachments.ts';
import { attachDevice, detachDevice, refreshDevices } from '#gluster/node/devices.ts';
import { withImageLock } from '#gluster/node/image-lock.ts';
import { mountPoint } from '#gluster/node/mount-points.ts';
import { forgetRecord, type ImageRecord } from '#gluster/node/records.ts';
import { requireSmallRequests } from '#gluster/node/small-requests.ts';
import { detachStale } from '#gluster/node/stale.ts';
import { asFailure } from '#src/errors.ts';
import { answers, mountPatience } from '#src/mounts.ts';
import { deviceSequence, deviceSize } from '#src/tools/losetup.ts';
import { inodeOf, statOf } from '#src/trees.ts';

/**
 * Finds an image, attaches it to a loop device of this node if that is wanted, and remembers it. Several at once for
 * one image end with the same device. A device that has an earlier file of the image is replaced, unless somebody has
 * it open: a Failure of kind busy then. What it attached is detached again when it cannot be remembered.
 */
export async function attachHere(wanted: Wanted, asBlockDevice: boolean): Promise<ImageRecord> {
  return await withImageLock(wanted.name, 'attach', async () => {
    const here = await lookHere(wanted.name);
    const { image, mounted } = await searchImage(wanted, { everywhere: here.record?.lease === undefined });
    const [attached] = await detachStale(image, here);
    if (image === undefined) {
      forgetRecord(wanted.name);
      await release(mounted);
      throw missing(wanted.name, mounted);
    }
    if (attached !== undefined) await refreshDevices([attached], image);
    else requireSmallRequests(image.mounted);
    if (attached !== undefined || !asBlockDevice) return await rememberAttached(image, attached, here.record?.lease);
    const { device } = await attachDevice(image);
    try {
      return await rememberAttached(image, device, here.record?.lease);
    } catch (error) {
      await detachDevice(device);
      throw error;
    }
  });
}

/** Remembers an image with the device that has its file, and how this node has it open; see remember for `before`. */
export async function rememberAttached(
  image: Image,
  device: string | undefined,
  lease: ImageRecord['lease'],
  before?: ImageRecord,
): Promise<ImageRecord> {
  const sequence = device === undefined ? undefined : deviceSequence(device);
  const known = {
    ...(device === undefined ? {} : { device, inode: image.inode }),
    ...(sequence === undefined ? {} : { sequence }),
    ...(lease === undefined ? {} : { lease }),
  };
  return await remember(image, known, before);
}

/**
 * What this node remembers of an image that is attached here, when that is still so: because this node has it open,
 * which no other node removes or replaces, or because the image's file is the one of the device, and as large. A volume
 * that does not answer is no reason to deny what is attached: Ganeti must be able to detach it.
 */
export async function attachedAsBefore(name: string): Promise<AttachedRecord | undefined> {
  const record = attachedRecord(name);
  if (record === undefined || record.lease !== undefined) return record;
  const point = mountPoint(record.pool, record.volume);
  if (!(await answers(point, mountPatience.short))) return record;
  try {
    const file = statOf(`${point}/${record.path}`);
    const isSame =
      file !== undefined && inodeOf(file) === record.inode && Number(file.size) === deviceSize(record.device);
    return isSame ? record : undefined;
  } catch (error) {
    if (asFailure(error) === undefined) throw error;
    return record;
  }
}
