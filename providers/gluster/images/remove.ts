import type { Pool } from '#gluster/configuration/pool.ts';
import { requireNoOtherHolder, takeToDelete } from '#gluster/leases/store.ts';
import { lookHere } from '#gluster/node/attachments.ts';
import type { MountedVolume } from '#gluster/node/mounts.ts';
import { forgetRecord } from '#gluster/node/records.ts';
import { currentDevices, detachStale } from '#gluster/node/stale.ts';
import { Failure } from '#src/errors.ts';
import { requireNoUser } from './copy.ts';
import { lookAgain } from './find.ts';
import type { Image } from './image.ts';
import { adjustEstimate } from './promised.ts';
import { sweep } from './unfinished.ts';

const whenShutDown = 'remove it when its instance is shut down';

/**
 * What became of an image: it is in the trash, it is deleted, or there was none, and what killed runs left is deleted.
 */
export type Removal = 'trashed' | 'deleted' | 'swept';

/**
 * Deletes the image of a name from volumes that are held, or moves it into the trash, and forgets it; what killed runs
 * left of it goes too. Throws a Failure of kind busy, and removes nothing, while it is attached or in use on this node
 * or leased to another one. `now` is the image, or undefined where none of the volumes has it; the caller has held this
 * node's lock on the name since before it looked.
 */
export async function removeImage(
  name: string,
  now: Image | undefined,
  mounted: readonly MountedVolume[],
): Promise<Removal> {
  requireDetached(name, await detachStale(now, await lookHere(name)));
  let removal: Removal = 'swept';
  if (now === undefined) for (const here of mounted) sweep(here, name);
  else {
    await requireNoUser(now, [], whenShutDown);
    // From here on no other node can take it.
    await takeToDelete(now);
    const { discard } = await import('./trash.ts');
    removal = discard(now) ? 'trashed' : 'deleted';
    adjustEstimate(now.mounted, -now.size);
  }
  forgetRecord(name);
  return removal;
}

/** What removeImage would do; throws as it does, and changes nothing. */
export async function examineRemoval(name: string, mounted: readonly MountedVolume[]): Promise<Removal> {
  const now = lookAgain(mounted, name);
  const devices = currentDevices(now, await lookHere(name));
  requireDetached(name, devices);
  if (now === undefined) return 'swept';
  await requireNoUser(now, devices, whenShutDown);
  await requireNoOtherHolder(now);
  const { goesToTrash } = await import('./trash.ts');
  return goesToTrash(now) ? 'trashed' : 'deleted';
}

function requireDetached(name: string, devices: readonly string[]): void {
  if (devices.length === 0) return;
  throw new Failure('busy', `image ${name} is attached to ${devices.join(', ')} on this node`, {
    hint: `shut its instance down first; gnt-gluster image info ${name}`,
  });
}

/** Deletes for ever what was in the trash of some volumes of a pool for long enough. */
export async function purgeTrash({ trash }: Pool, mounted: readonly MountedVolume[]): Promise<void> {
  if (trash === 0) return;
  const { purgeExpired } = await import('./trash.ts');
  for (const here of mounted) purgeExpired(here);
}
