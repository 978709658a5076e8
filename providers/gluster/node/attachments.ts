import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '#src/errors.ts';
import { mountsDirectory } from '#src/run-directory.ts';
import {
  attachLoopDevice,
  backingFile,
  backingInode,
  detachLoopDevice,
  deviceSequence,
  deviceSize,
  loopDevicesBy,
  refreshLoopDevice,
} from '#src/tools/losetup.ts';
import { summarize } from '#src/tools/processes.ts';
import type { Bytes } from '#src/units.ts';
import { deviceUsers, imageOf, ownLoopDevices } from './loops.ts';
import { mountPoint } from './mounts.ts';
import { forgetOpened, type ImageRecord, readRecord, recordedNames } from './records.ts';

const patience = 15_000;

/** The file that is an image now. */
export interface ImageFile {
  readonly name: string;
  /** Its path on this node. */
  readonly disk: string;
  readonly inode: string;
  readonly size: Bytes;
}

/**
 * A loop device of this node that is attached to a file of an image. Which file that is, its inode says and nothing else: the
 * kernel goes on showing the path of one that another node removed or replaced, without a word.
 */
export interface Attachment {
  readonly device: string;
  /** As decimal digits. undefined: the file system does not tell, because the file is gone or the volume does not answer. */
  readonly inode: string | undefined;
}

/** An image that is attached on this node, as far as its record and the kernel agree. Starts no process. */
export interface AttachedRecord extends ImageRecord {
  readonly device: string;
}

/**
 * The record of an image when the kernel confirms that it is attached as the record says; else undefined. It touches no file
 * of the volume: one that hangs must not hang attach. So it cannot tell that another node removed or replaced the image.
 */
export function attachedRecord(name: string): AttachedRecord | undefined {
  const record = readRecord(name);
  if (record?.device === undefined) return undefined;
  const { device, sequence } = record;
  if (sequence !== undefined && deviceSequence(device) !== sequence) return undefined;
  // The kernel leaves the mount point out of the path once somebody unmounted it lazily; the device still works.
  const paths = [`${mountPoint(record.pool, record.volume)}/${record.path}`, `/${record.path}`];
  return paths.includes(backingFile(device) ?? '') ? { ...record, device } : undefined;
}

/** The loop devices of this node that an image is attached to; one as a rule. Starts no process when there is none. */
export async function attachedDevices(name: string): Promise<readonly string[]> {
  const own = await ownLoopDevices((path) => path.endsWith(`/${name}/disk`));
  const remembered = attachedRecord(name)?.device;
  return remembered === undefined || own.includes(remembered) ? own : [remembered, ...own];
}

/** The same with the file that each device has. */
export async function attachmentsOf(name: string): Promise<readonly Attachment[]> {
  return await Promise.all((await attachedDevices(name)).map((device) => attachmentAt(device, name)));
}

/** The attachments of all images of this node, by the names of the images: one look for any number of them. */
export async function allAttachments(): Promise<ReadonlyMap<string, readonly Attachment[]>> {
  const own = (await ownLoopDevices(() => true)).map((device) => [device, imageOf(backingFile(device) ?? '')] as const);
  const remembered = recordedNames().flatMap((name) => {
    const device = attachedRecord(name)?.device;
    return device === undefined ? [] : [[device, name] as const];
  });
  const found = await Promise.all(
    [...new Map([...own, ...remembered])].map(async ([device, name]) => ({
      name,
      ...(await attachmentAt(device, name)),
    })),
  );
  return Map.groupBy(found, ({ name }) => name);
}

async function attachmentAt(device: string, name: string): Promise<Attachment> {
  const record = attachedRecord(name);
  const known = record?.device === device ? record.inode : undefined;
  return { device, inode: known ?? (await backingInode(device)) };
}

/** Whether a device has another file than the one that is the image now: all that a guest writes to it would be lost. */
export function isStale({ inode }: Attachment, image: Pick<ImageFile, 'inode'>): boolean {
  return inode !== image.inode;
}

/**
 * Throws a Failure of kind busy when a device of this node has another file than the image. Nothing was written then, and
 * attach, which Ganeti calls before open, replaces the device unless somebody has it open.
 */
export function requireCurrent({ name, inode }: ImageFile, attachments: readonly Attachment[]): void {
  const stale = attachments.filter((attachment) => isStale(attachment, { inode }));
  if (stale.length === 0) return;
  // The next attach is not to trust that the image is open.
  forgetOpened(name);
  throw staleFailure(name, stale);
}

/**
 * Detaches the devices of an image whose file is gone or was replaced, so that only those of the image itself are left, and
 * returns these. `image` is undefined where there is none any more. Throws a Failure of kind busy when one is in use.
 */
export async function detachStale(
  name: string,
  image: ImageFile | undefined,
  attachments: readonly Attachment[],
): Promise<readonly string[]> {
  const stale = attachments.filter((attachment) => image === undefined || isStale(attachment, image));
  for (const attachment of stale) {
    if (deviceUsers(attachment.device).length > 0) throw staleFailure(name, [attachment]);
    await detachDevice(attachment.device);
  }
  return attachments.filter((attachment) => !stale.includes(attachment)).map(({ device }) => device);
}

function staleFailure(name: string, stale: readonly Attachment[]): Failure {
  const devices = stale.map(({ device }) => device);
  const users = devices.flatMap(deviceUsers);
  return new Failure('busy', `${devices.join(', ')} has a file that is not image ${name} any more`, {
    problems: [
      'the image was removed or replaced, from another node or by hand, while it was attached here',
      users.length === 0 ? 'nobody has the device open' : `the device is in use by ${summarize(users)}`,
    ],
    hint:
      users.length === 0
        ? 'gnt-instance activate-disks INSTANCE attaches the image anew; gnt-gluster mount status'
        : 'end what uses the device (gnt-instance shutdown INSTANCE), then start it again',
  });
}

/**
 * Attaches an image to a loop device and returns it with what identifies the attachment. Throws a Failure of kind busy when the image
 * was replaced in that moment.
 */
export async function attachDevice(image: ImageFile): Promise<Required<Pick<AttachedRecord, 'device' | 'inode'>>> {
  const device = await attachLoopDevice(image.disk, image.size);
  const inode = await backingInode(device);
  if (inode === image.inode) return { device, inode };
  await detachLoopDevice(device);
  throw new Failure('busy', `image ${image.name} was replaced while it was attached`, { hint: 'try again' });
}

/**
 * Whether an image is attached here as this node remembers it, to its file of now and with its size, or not at all. Starts
 * no process.
 */
export function isAsRemembered(image: ImageFile): boolean {
  const record = readRecord(image.name);
  if (record?.device !== undefined) {
    const attached = attachedRecord(image.name);
    return attached?.inode === image.inode && deviceSize(attached.device) === image.size;
  }
  const tail = `/${image.name}/disk`;
  return loopDevicesBy((path) => path.endsWith(tail) && path.startsWith(`${mountsDirectory}/`)).length === 0;
}

/** Makes attached devices as large as their image is now, and checks it. */
export async function refreshDevices(devices: readonly string[], size: Bytes): Promise<void> {
  for (const device of devices.filter((candidate) => deviceSize(candidate) !== size)) {
    await refreshLoopDevice(device);
    if (deviceSize(device) !== size)
      throw new Failure('failed', `${device} has ${deviceSize(device)} bytes after a refresh, its image has ${size}`);
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
  if (users.length > 0)
    throw new Failure('busy', `${device} is in use by ${summarize(users)}`, { hint: `fuser -v ${device}` });
  await detachLoopDevice(device);
  // The device may be somebody else's the moment it is free.
  const isThere = (): boolean => backingFile(device) === file && deviceSequence(device) === sequence;
  if (await waitFor(isThere, (there) => !there))
    throw new Failure('busy', `${device} was asked to detach and is still there`, { hint: `fuser -v ${device}` });
}

/** Asks again and again, for some seconds, until an answer is good; returns the last one. */
export async function waitFor<Value>(
  look: () => Value | Promise<Value>,
  good: (value: Value) => boolean,
  milliseconds = patience,
): Promise<Value> {
  const end = Date.now() + milliseconds;
  for (;;) {
    const value = await look();
    if (good(value) || Date.now() > end) return value;
    await sleep(50);
  }
}
