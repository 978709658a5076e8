import { Failure } from '#src/errors.ts';
import {
  attachLoopDevice,
  backingFile,
  backingInode,
  detachLoopDevice,
  deviceSequence,
  deviceSize,
  refreshLoopDevice,
} from '#src/tools/losetup.ts';
import { summarize } from '#src/tools/processes.ts';
import { waitFor } from '#src/wait.ts';
import { type AttachedRecord, type Here, type ImageFile, isStale } from './attachments.ts';
import { deviceUsers } from './loops.ts';

/**
 * Attaches an image to a loop device and returns it with what identifies the attachment. Throws a Failure of kind busy
 * when the image was replaced in that moment.
 */
export async function attachDevice(image: ImageFile): Promise<Required<Pick<AttachedRecord, 'device' | 'inode'>>> {
  const device = await attachLoopDevice(image.disk, image.size);
  const inode = await backingInode(device);
  if (inode === image.inode) return { device, inode };
  await detachLoopDevice(device);
  throw new Failure('busy', `image ${image.name} was replaced while it was attached`, { hint: 'try again' });
}

/**
 * Whether an image is attached here as this node remembers it, to its file of now and with its size, or not at all.
 * Starts no process.
 */
export function isAsRemembered(image: ImageFile, { record, attachments }: Here): boolean {
  if (record?.device === undefined) return attachments.length === 0;
  const [attachment, ...others] = attachments;
  if (attachment?.device !== record.device || others.length > 0) return false;
  return !isStale(attachment, image) && deviceSize(record.device) === image.size;
}

/** Makes attached devices as large as their image is now, and checks it. */
export async function refreshDevices(devices: readonly string[], { size }: ImageFile): Promise<void> {
  for (const device of devices.filter((candidate) => deviceSize(candidate) !== size)) {
    await refreshLoopDevice(device);
    if (deviceSize(device) !== size)
      throw new Failure(
        'failed',
        `${device} has ${deviceSize(device)} bytes after a refresh, but its image has ${size}`,
      );
  }
}

/**
 * Detaches a device once no process uses it any more; udev and a QEMU that is about to end get some seconds. Throws a
 * Failure of kind busy, and leaves the device as it is, when a process keeps it.
 */
export async function detachDevice(device: string): Promise<void> {
  const [file, sequence] = [backingFile(device), deviceSequence(device)];
  if (file === undefined) return;
  const users = await waitFor(
    () => deviceUsers(device),
    (list) => list.length === 0,
  );
  requireIdle(device, users);
  await detachLoopDevice(device);
  // The device may be somebody else's the moment it is free.
  const isThere = (): boolean => {
    const now = backingFile(device);
    return now !== undefined && (sequence === undefined ? now === file : deviceSequence(device) === sequence);
  };
  if (await waitFor(isThere, (there) => !there))
    throw new Failure('busy', `${device} was asked to detach and is still there`, { hint: `fuser -v ${device}` });
}

/** Throws a Failure of kind busy when something uses a device. */
export function requireIdle(device: string, users: readonly string[] = deviceUsers(device)): void {
  if (users.length > 0)
    throw new Failure('busy', `${device} is in use by ${summarize(users)}`, { hint: `fuser -v ${device}` });
}
