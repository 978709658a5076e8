import { closeSync } from 'node:fs';
import { asFailure } from '../../src/errors.ts';
import { isLocked, withLock } from '../../src/lock.ts';
import { note } from '../../src/reply.ts';
import { attachLoopDevice } from '../../src/tools/losetup.ts';
import { answers } from '../../src/tools/mount.ts';
import { attachedDevices, detachDevice, refreshDevices } from './attachments.ts';
import { giveBackLease } from './lease-store.ts';
import { hangSeconds, hold, mountPoint, unmountIfIdle } from './mounts.ts';
import { type Place, placesHere } from './places.ts';
import { forgetRecord, type ImageRecord } from './records.ts';
import { requireSmallRequests } from './small-requests.ts';
import { findImage, remember, type Wanted } from './storage.ts';

/**
 * Finds an image, attaches it to a loop device of this node if that is wanted, and remembers it. Several at once for one
 * image end with the same device.
 */
export async function attachHere(wanted: Wanted, asBlockDevice: boolean): Promise<ImageRecord> {
  return await withLock(wanted.name, 'attach', async () => {
    const image = await findImage(wanted);
    const [attached] = await attachedDevices(wanted.name);
    if (attached !== undefined) await refreshDevices([attached], image.size);
    else requireSmallRequests(image.mounted);
    const device = asBlockDevice ? (attached ?? (await attachLoopDevice(image.disk, image.size))) : undefined;
    return await remember(image, device);
  });
}

/**
 * Detaches an image from this node and gives back its lease: Ganeti shuts a disk down without closing it (BlockdevShutdown
 * of lib/backend.py, ExtStorageDevice.Shutdown of lib/storage/extstorage.py, 3.0.2 to 3.1.1). Needs neither the configuration nor a volume that answers:
 * without one the lease stays, until this node opens the image again or is known to be dead. Starts no process when
 * nothing is mounted.
 */
export async function detachHere(name: string): Promise<void> {
  if ((await placesHere(name)).length === 0 && !isLocked(name)) return;
  await withLock(name, 'detach', async () => {
    const places = await placesHere(name);
    const held = await Promise.all(places.map(async (place) => [place, await holdIfAnswering(place)] as const));
    try {
      for (const device of await attachedDevices(name)) await detachDevice(device);
      for (const [place, descriptor] of held) await tryToGiveBack(name, place, descriptor !== undefined);
    } finally {
      for (const [, descriptor] of held) if (descriptor !== undefined) closeSync(descriptor);
    }
    forgetRecord(name);
    for (const { pool, volume } of places) await unmountIfIdle(pool, volume);
  });
}

/** Without its device nothing may be left that keeps a mount from being taken away before the lease is given back. */
async function holdIfAnswering({ pool, volume }: Place): Promise<number | undefined> {
  const point = mountPoint(pool, volume);
  try {
    return (await answers(point, hangSeconds)) ? hold(point) : undefined;
  } catch (error) {
    if (asFailure(error) === undefined) throw error;
    return undefined;
  }
}

async function tryToGiveBack(name: string, { directory }: Place, answering: boolean): Promise<void> {
  const sentence = `warning: image ${name} stays leased to this node`;
  if (!answering) return note(`${sentence}: its volume does not answer`);
  try {
    await giveBackLease({ name, directory });
  } catch (error) {
    const failure = asFailure(error);
    if (failure === undefined) throw error;
    note(`${sentence}: ${failure.message}`);
  }
}
