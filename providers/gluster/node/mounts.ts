import { closeSync } from 'node:fs';
import type { Pool } from '#gluster/configuration/pool.ts';
import { Failure } from '#src/errors.ts';
import { isLocked, withLock } from '#src/lock.ts';
import { answers, askAhead, type Mount, mountAt, mountPatience, mounts } from '#src/mounts.ts';
import { isMadeOtherwise } from './mount-memory.ts';
import { hold, mountPoint, unmountIfIdle } from './mount-points.ts';

/** A mounted volume. While it is held no other process can unmount it. */
export interface MountedVolume {
  readonly pool: Pool;
  readonly volume: string;
  /** Where it is mounted. */
  readonly path: string;
  readonly release: () => Promise<void>;
}

/**
 * Mounts a volume on this node unless it is mounted, and holds it. The mount answered within a time limit when this
 * returns. Throws a Failure of kind unavailable when the volume cannot be reached, or when its mount is dead and
 * something still uses it. `known`: what was mounted a moment ago.
 */
export async function mountVolume(pool: Pool, volume: string, known = mounts()): Promise<MountedVolume> {
  const point = mountPoint(pool.name, volume);
  let mount = mountAt(point, known);
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const lock = `mount@${pool.name}@${volume}`;
    // Somebody mounts it now, or was killed at that.
    const unfinished = isLocked(lock);
    if (unfinished || !(isAsWanted(pool, volume, mount) && (await answers(point, mountPatience.untilHung)))) {
      const patience = unfinished ? mountPatience.untilHung : mountPatience.short;
      const { makeMount } = await import('./mounting.ts');
      await withLock(lock, `mount of volume ${volume}`, () => makeMount(pool, volume, patience));
      mount = mountAt(point);
    }
    const descriptor = hold(mount);
    if (descriptor !== undefined)
      return { pool, volume, path: point, release: () => releaseMount(pool, volume, descriptor) };
    mount = mountAt(point);
  }
  throw new Failure('unavailable', `the mount of volume ${volume} at ${point} comes and goes`, {
    hint: 'gnt-gluster mount status',
  });
}

/**
 * Begins to ask several volumes whether they answer, where they are mounted, before each is mounted or held. Returns
 * what is mounted.
 */
export function askMounts(volumes: readonly { readonly pool: Pool; readonly volume: string }[]): readonly Mount[] {
  const known = mounts();
  const points = volumes.map(({ pool, volume }) => mountPoint(pool.name, volume));
  const mounted = points.filter((point) => mountAt(point, known)?.type === 'fuse.glusterfs');
  if (mounted.length > 1) askAhead(mounted, mountPatience.untilHung);
  return known;
}

function isAsWanted(pool: Pool, volume: string, mount: Mount | undefined): boolean {
  return mount?.type === 'fuse.glusterfs' && !isMadeOtherwise(pool, volume, mount);
}

/** Lets go of a mount. What keep_mounted does not keep goes, unless something else on this node uses it. */
async function releaseMount({ name, keepMounted }: Pool, volume: string, descriptor: number): Promise<void> {
  closeSync(descriptor);
  if (!keepMounted) await unmountIfIdle(name, volume);
}
