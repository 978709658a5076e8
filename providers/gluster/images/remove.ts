import type { Pool } from '#gluster/configuration/pool.ts';
import { takeToDelete } from '#gluster/leases/store.ts';
import { lookHere } from '#gluster/node/attachments.ts';
import type { MountedVolume } from '#gluster/node/mounts.ts';
import { forgetRecord } from '#gluster/node/records.ts';
import { detachStale } from '#gluster/node/stale.ts';
import { Failure } from '#src/errors.ts';
import { requireUnused } from './copy.ts';
import { lookAgain } from './find.ts';
import { sweep } from './image.ts';

/**
 * Deletes the image of a name from volumes that are held, or moves it into the trash, and forgets it; what killed runs left of
 * it goes too. Throws a Failure of kind busy, and removes nothing, while it is attached or in use on this node or leased to
 * another one. The caller holds this node's lock on the name.
 */
export async function removeImage(name: string, mounted: readonly MountedVolume[]): Promise<void> {
  const now = lookAgain(mounted, name);
  const devices = await detachStale(now, await lookHere(name));
  if (devices.length > 0)
    throw new Failure('busy', `image ${name} is attached to ${devices.join(', ')} on this node`, {
      hint: `shut its instance down first; gnt-gluster image info ${name}`,
    });
  if (now === undefined) for (const here of mounted) sweep(here, name);
  else {
    await requireUnused(now, 'remove it when its instance is shut down');
    // From here on no other node can take it.
    await takeToDelete(now);
    const { discard } = await import('./trash.ts');
    discard(now);
  }
  forgetRecord(name);
}

/** Deletes for ever what was in the trash of some volumes of a pool for long enough. */
export async function purgeTrash({ trash }: Pool, mounted: readonly MountedVolume[]): Promise<void> {
  if (trash === 0) return;
  const { purgeExpired } = await import('./trash.ts');
  for (const here of mounted) purgeExpired(here);
}
