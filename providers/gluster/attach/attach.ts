import { closeSync } from 'node:fs';
import { missing, release, remember, searchImage, type Wanted } from '#gluster/images/find.ts';
import type { Image } from '#gluster/images/image.ts';
import { lookAround, usersWithoutDevice } from '#gluster/images/users.ts';
import { giveBackLease, hasLease } from '#gluster/leases/store.ts';
import {
  type AttachedRecord,
  attachDevice,
  attachedDevices,
  attachedRecord,
  attachmentsOf,
  detachDevice,
  detachStale,
  refreshDevices,
  waitFor,
} from '#gluster/node/attachments.ts';
import { mountPoint, unmountIfIdle } from '#gluster/node/mounts.ts';
import { forgetRecord, type ImageRecord, readRecord } from '#gluster/node/records.ts';
import { requireSmallRequests } from '#gluster/node/small-requests.ts';
import { asFailure, Failure } from '#src/errors.ts';
import { isLocked, withLock } from '#src/lock.ts';
import { note } from '#src/reply.ts';
import { deviceSequence } from '#src/tools/losetup.ts';
import { answers } from '#src/tools/mount.ts';
import { summarize } from '#src/tools/processes.ts';
import { inodeAt } from '#src/trees.ts';
import { type HeldPlace, holdPlace, placesHere } from './places.ts';

/** QEMU takes up to eleven seconds to let go of an image that it had by libgfapi, and more where others keep it busy. */
const libraryPatience = 30_000;
const probeSeconds = 2;

/**
 * Finds an image, attaches it to a loop device of this node if that is wanted, and remembers it. Several at once for one
 * image end with the same device. A device that has an earlier file of the image is replaced, unless somebody has it open: a
 * Failure of kind busy then. What it attached is detached again when it cannot be remembered.
 */
export async function attachHere(wanted: Wanted, asBlockDevice: boolean): Promise<ImageRecord> {
  return await withLock(wanted.name, 'attach', async () => {
    const { image, mounted } = await searchImage(wanted, { everywhere: readRecord(wanted.name)?.lease === undefined });
    const attachments = await attachmentsOf(wanted.name);
    const [attached] = await detachStale(wanted.name, image, attachments);
    if (image === undefined) {
      forgetRecord(wanted.name);
      await release(mounted);
      throw missing(wanted.name, mounted);
    }
    if (attached !== undefined) await refreshDevices([attached], image.size);
    else requireSmallRequests(image.mounted);
    if (attached !== undefined || !asBlockDevice) return await rememberAttached(image, attached);
    const { device } = await attachDevice(image);
    try {
      return await rememberAttached(image, device);
    } catch (error) {
      await detachDevice(device);
      throw error;
    }
  });
}

/** Remembers an image with the device that has its file, and what was known of its lease. */
export async function rememberAttached(
  image: Image,
  device: string | undefined,
  lease: ImageRecord['lease'] = readRecord(image.name)?.lease,
): Promise<ImageRecord> {
  const sequence = device === undefined ? undefined : deviceSequence(device);
  return await remember(image, {
    ...(device === undefined ? {} : { device, inode: image.inode }),
    ...(sequence === undefined ? {} : { sequence }),
    ...(lease === undefined ? {} : { lease }),
  });
}

/**
 * What this node remembers of an image that is attached here, when that is still so: because this node has it open, which no
 * other node removes or replaces, or because the image's file is the one of the device. A volume that does not answer
 * is no reason to deny what is attached: Ganeti must be able to detach it.
 */
export async function attachedAsBefore(name: string): Promise<AttachedRecord | undefined> {
  const record = attachedRecord(name);
  if (record === undefined || record.lease !== undefined) return record;
  const point = mountPoint(record.pool, record.volume);
  if (!(await answers(point, probeSeconds))) return record;
  try {
    return inodeAt(`${point}/${record.path}`) === record.inode ? record : undefined;
  } catch (error) {
    if (asFailure(error) === undefined) throw error;
    return record;
  }
}

/**
 * Detaches an image from this node and gives back its lease: Ganeti shuts a disk down without closing it (BlockdevShutdown
 * of lib/backend.py, ExtStorageDevice.Shutdown of lib/storage/extstorage.py, 3.0.2 to 3.1.1). Throws a Failure of kind busy, and changes
 * nothing, while something uses the device, or while a guest has the image open without it: the lease must outlive
 * both. Needs neither the configuration nor a volume that answers: without one the lease stays, until this node opens the
 * image again or is known to be dead. Starts no process when nothing is mounted.
 */
export async function detachHere(name: string): Promise<void> {
  if ((await placesHere(name)).length === 0 && !isLocked(name)) return;
  await withLock(name, 'detach', async () => {
    const places = await placesHere(name);
    const held = await Promise.all(places.map(holdPlace));
    try {
      const leased = held.map((place) => ownsLease(name, place));
      if ((await Promise.all(leased)).includes(true)) await requireNoLibraryUser(name);
      for (const device of await attachedDevices(name)) await detachDevice(device);
      for (const place of held) await tryToGiveBack(name, place);
    } finally {
      for (const { descriptor } of held) if (descriptor !== undefined) closeSync(descriptor);
    }
    forgetRecord(name);
    for (const { pool, volume } of places) await unmountIfIdle(pool, volume);
  });
}

async function ownsLease(name: string, { directory, descriptor }: HeldPlace): Promise<boolean> {
  if (descriptor === undefined) return false;
  try {
    return await hasLease({ name, directory });
  } catch (error) {
    // To give it back is tried all the same, and what hinders that is said then.
    if (asFailure(error) === undefined) throw error;
    return true;
  }
}

async function requireNoLibraryUser(name: string): Promise<void> {
  const users = await waitFor(
    async () => usersWithoutDevice(name, await lookAround()),
    (list) => list.length === 0,
    libraryPatience,
  );
  if (users.length === 0) return;
  throw new Failure('busy', `image ${name} is in use by ${summarize(users)}, and stays open on this node`, {
    hint: 'shut its instance down: gnt-instance shutdown INSTANCE',
  });
}

async function tryToGiveBack(name: string, { directory, descriptor, lease }: HeldPlace): Promise<void> {
  const sentence = `warning: image ${name} stays leased to this node`;
  if (descriptor === undefined) {
    if (lease !== 'none') note(`${sentence}: its volume does not answer`);
    return;
  }
  try {
    await giveBackLease({ name, directory });
  } catch (error) {
    const failure = asFailure(error);
    if (failure === undefined) throw error;
    note(`${sentence}: ${failure.message}`);
  }
}
