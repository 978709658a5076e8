import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../src/errors.ts';
import { mountsDirectory } from '../../src/run-directory.ts';
import {
  backingFile,
  detachLoopDevice,
  deviceSize,
  kernelUsers,
  loopDevicesBy,
  refreshLoopDevice,
} from '../../src/tools/losetup.ts';
import { summarize, usersOf } from '../../src/tools/processes.ts';
import type { Bytes } from '../../src/units.ts';
import type { Image } from './images.ts';
import type { Asked, RunningGuest } from './kvm/guests.ts';
import { deviceUsers, ownLoopDevices } from './loops.ts';
import { mountPoint } from './mounts.ts';
import { type ImageRecord, readRecord } from './records.ts';

const patience = 15_000;

/** An image that is attached on this node, as far as its record and the kernel agree. Starts no process. */
export interface AttachedRecord extends ImageRecord {
  readonly device: string;
}

/**
 * The record of an image when the kernel confirms that it is attached where the record says; else undefined. It touches no file of the volume: one that hangs must not hang attach.
 */
export function attachedRecord(name: string): AttachedRecord | undefined {
  const record = readRecord(name);
  if (record?.device === undefined) return undefined;
  const { device } = record;
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

/**
 * What uses an image on this node: guests that were asked, processes, through its device, its file or QEMU's gluster driver,
 * and mounts. Of a guest that answered its answer counts, and not the arguments it was started with.
 */
export function imageUsers(
  image: Pick<Image, 'disk' | 'path' | 'mounted'>,
  devices: readonly string[],
  { using, without }: Asked = { using: [], without: [] },
): readonly string[] {
  const pids = (guests: readonly RunningGuest[]): ReadonlySet<string> => new Set(guests.map(({ pid }) => pid));
  const [told, asked] = [pids(using), pids([...using, ...without])];
  const opens = (path: string, pid: string): boolean =>
    !told.has(pid) && (path === image.disk || devices.includes(path));
  const tells = (argument: string, pid: string): boolean => !asked.has(pid) && namesImage(argument, image);
  const guests = using.map(({ instance, pid }) => `${instance} (pid ${pid})`);
  return [...guests, ...usersOf(opens, tells), ...devices.flatMap(kernelUsers)];
}

/** Whether an argument of QEMU has it open an image by itself: by its address, or as kvm/arguments.ts writes it. */
export function namesImage(argument: string, { mounted, path }: Pick<Image, 'path' | 'mounted'>): boolean {
  if (argument.includes('gluster://')) return argument.includes(`/${mounted.volume}/${path}`);
  return argument.includes('driver=gluster') && argument.includes(`path=${path}`);
}

/** Whether every device that an image can be attached to here has a size. Starts no process. */
export function haveSize(name: string, size: Bytes): boolean {
  const remembered = readRecord(name)?.device;
  const devices = loopDevicesBy((path) => path.endsWith(`/${name}/disk`) && path.startsWith(`${mountsDirectory}/`));
  const all = remembered === undefined || backingFile(remembered) === undefined ? devices : [remembered, ...devices];
  return all.every((device) => deviceSize(device) === size);
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
  const file = backingFile(device);
  if (file === undefined) return;
  const users = await waitFor(
    () => deviceUsers(device),
    (list) => list.length === 0,
  );
  if (users.length > 0)
    throw new Failure('busy', `${device} is in use by ${summarize(users)}`, { hint: `fuser -v ${device}` });
  await detachLoopDevice(device);
  // The device may be somebody else's the moment it is free.
  if (
    (await waitFor(
      () => backingFile(device),
      (now) => now !== file,
    )) === file
  )
    throw new Failure('busy', `${device} was asked to detach and is still there`, { hint: `fuser -v ${device}` });
}

async function waitFor<Value>(look: () => Value, good: (value: Value) => boolean): Promise<Value> {
  const end = Date.now() + patience;
  for (;;) {
    const value = look();
    if (good(value) || Date.now() > end) return value;
    await sleep(50);
  }
}
