import { statSync } from 'node:fs';
import { ganetiDisksNow } from '#gluster/ganeti/disks.ts';
import { damageOfLeases, readLeases, takeToDelete } from '#gluster/leases/store.ts';
import { attachedDevices } from '#gluster/node/attachments.ts';
import { withLock } from '#src/lock.ts';
import { type Image, readImage } from './image.ts';
import { readMetadata } from './metadata.ts';
import { orphansOf, whyKept } from './orphans.ts';
import { moveToTrash } from './trash.ts';
import { type Activity, lookAround, tailOf, usersOfFile } from './users.ts';

/** An image as it is compared with Ganeti's disks. */
export type CandidateImage = ReturnType<typeof candidateOf>;

/** What is looked at of an image to compare it with Ganeti's disks. */
export function candidateOf(image: Image) {
  const metadata = readMetadata(image.directory);
  const { pool, volume } = image.mounted;
  return { name: image.name, uuid: metadata.uuid, size: image.size, metadata, pool: pool.name, volume };
}

/** What this node does, and the devices that an image is attached to. */
export interface Around {
  readonly activity: Activity;
  readonly devices: readonly string[];
}

/** Why an orphan must stay where it is, or undefined; newer ones than `olderThan`, in milliseconds, stay. */
export async function whyOrphanStays(
  image: Image,
  olderThan: number,
  { activity, devices }: Around,
): Promise<string | undefined> {
  const damage = damageOfLeases(image.directory);
  if (damage !== undefined) return `nobody knows who has it: its leases are ${damage}`;
  const leases = (await readLeases(image.directory)).map(({ node }) => node);
  const users = [...devices, ...usersOfFile(tailOf(image.name), devices, activity)];
  return whyKept({ age: ageOf(image), users, leases }, olderThan);
}

/**
 * Moves an orphan into the trash, from where only a person purges it, once everything was looked at again. Returns what
 * became of it, for a person: `quarantined`, or why it stays.
 */
export async function quarantine(image: Image, olderThan: number): Promise<string> {
  return await withLock(image.name, 'quarantine', async () => {
    const now = readImage(image.mounted, image.name);
    if (now === undefined) return 'gone meanwhile';
    if (orphansOf([candidateOf(now)], ganetiDisksNow()).length === 0) return 'a disk of Ganeti meanwhile';
    const around = { activity: await lookAround(), devices: await attachedDevices(now.name) };
    const kept = await whyOrphanStays(now, olderThan, around);
    if (kept !== undefined) return kept;
    // From here on no other node can open it.
    await takeToDelete(now);
    moveToTrash(now, 'quarantined');
    return 'quarantined';
  });
}

/** Milliseconds since an image was made or, as after an undelete, came to its place. */
export function ageOf({ directory }: Image): number {
  const made = Date.parse(readMetadata(directory).created ?? '');
  return Date.now() - Math.max(Number.isNaN(made) ? 0 : made, statSync(directory).ctimeMs);
}
