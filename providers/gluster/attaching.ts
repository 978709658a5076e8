import { dirname } from 'node:path';
import { isLocked, withLock } from '../../src/lock.ts';
import { attachLoopDevice } from '../../src/tools/losetup.ts';
import { answers } from '../../src/tools/mount.ts';
import { attachedDevices, detachDevice, refreshDevices } from './attachments.ts';
import { removeOpening } from './metadata.ts';
import { isMounted, mountPoint, unmountIfIdle } from './mounts.ts';
import { forgetRecord, type ImageRecord, readRecord } from './records.ts';
import { findImage, remember, type Wanted } from './storage.ts';

const probeSeconds = 5;

/**
 * Finds an image, attaches it to a loop device of this node if that is wanted, and remembers it. Several at once for one
 * image end with the same device.
 */
export async function attachHere(wanted: Wanted, asBlockDevice: boolean): Promise<ImageRecord> {
  return await withLock(wanted.name, 'attach', async () => {
    const image = await findImage(wanted);
    const [attached] = await attachedDevices(wanted.name);
    if (attached !== undefined) await refreshDevices([attached], image.size);
    const device = asBlockDevice ? (attached ?? (await attachLoopDevice(image.disk, image.size))) : undefined;
    return await remember(image, device);
  });
}

/**
 * Detaches an image from this node and takes back that this node has it open. Needs neither the configuration nor a
 * volume that answers, and starts no process when there is nothing to undo.
 */
export async function detachHere(name: string): Promise<void> {
  const known = readRecord(name);
  if (known === undefined && (await attachedDevices(name)).length === 0 && !isLocked(name)) return;
  await withLock(name, 'detach', async () => {
    for (const device of await attachedDevices(name)) await detachDevice(device);
    const record = readRecord(name);
    if (record === undefined) return;
    const { pool, volume, path } = record;
    const point = mountPoint(pool, volume);
    if (isMounted(pool, volume) && (await answers(point, probeSeconds))) removeOpening(dirname(`${point}/${path}`));
    forgetRecord(name);
    await unmountIfIdle(pool, volume);
  });
}
