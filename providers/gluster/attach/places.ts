import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { builtinPool, type Pool } from '#gluster/configuration/pool.ts';
import { hasLease } from '#gluster/leases/store.ts';
import type { Here } from '#gluster/node/attachments.ts';
import { hold, isMounted, mountedVolumes, mountPoint, unmountIfIdle } from '#gluster/node/mount-points.ts';
import { mountVolume } from '#gluster/node/mounts.ts';
import { type ImageRecord, readRecord } from '#gluster/node/records.ts';
import { asFailure } from '#src/errors.ts';
import { answers, mountAt, mountPatience } from '#src/mounts.ts';
import { mountsDirectory } from '#src/run-directory.ts';
import { backingFile } from '#src/tools/losetup.ts';

/** Where an image is, as this node sees it. */
export interface Place {
  readonly pool: string;
  readonly volume: string;
  /** The directory of the image below the mount of the volume. */
  readonly directory: string;
  /**
   * What this node remembers of its lease; unknown where it remembers nothing of the image, or a version before 0.2
   * noted it.
   */
  readonly lease: 'held' | 'none' | 'unknown';
}

/** A place whose volume was asked whether it answers. */
export interface HeldPlace extends Place {
  /** Keeps the volume mounted until it is closed. undefined: the volume does not answer, or there is no need of it. */
  readonly descriptor: number | undefined;
}

/**
 * Where this node has an image attached or remembers it; where neither is known, the mounted volumes that answer and on
 * which it may have the image open. Starts no process when nothing is mounted, and mounts nothing.
 */
export async function placesOf({ name, record, attachments }: Here): Promise<readonly Place[]> {
  const remembered =
    record === undefined
      ? []
      : [
          {
            pool: record.pool,
            volume: record.volume,
            directory: dirname(`${mountPoint(record.pool, record.volume)}/${record.path}`),
            lease: leaseIn(record),
          },
        ];
  const attached = attachments.flatMap(({ device }) => placeOf(dirname(backingFile(device) ?? '')) ?? []);
  const places = new Map([...attached, ...remembered].map((place) => [place.directory, place]));
  return places.size > 0 ? [...places.values()] : await search(name);
}

async function search(name: string): Promise<readonly Place[]> {
  const mounted = mountedVolumes();
  if (mounted.length === 0) return [];
  const directories = new Map((await configuredPools())?.map((pool) => [pool.name, pool.directory]));
  const found: Place[] = [];
  for (const { pool, volume } of mounted) {
    const point = mountPoint(pool, volume);
    if (!(await answers(point, mountPatience.usual))) continue;
    const directory = `${point}/${directories.get(pool) ?? builtinPool.directory}/${name}`;
    if (existsSync(directory) && (await ownsLease(name, directory)))
      found.push({ pool, volume, directory, lease: 'unknown' });
    // To look at it may just have kept another verb from taking it away.
    else await letGo([{ pool, volume }]);
  }
  return found;
}

/** Whether this node may have an image; true where its leases cannot be read: whoever gives them back says why. */
export async function ownsLease(name: string, directory: string): Promise<boolean> {
  try {
    return await hasLease({ name, directory });
  } catch (error) {
    if (asFailure(error) === undefined) throw error;
    return true;
  }
}

/** The pools of the configuration; undefined where it is not valid: detaching must work with any. */
async function configuredPools(): Promise<readonly Pool[] | undefined> {
  const { loadConfiguration } = await import('#gluster/configuration/load.ts');
  try {
    return (await loadConfiguration()).pools;
  } catch {
    return undefined;
  }
}

/**
 * Unmounts volumes that nothing on this node uses, but for those that the configuration keeps mounted. Where it is not
 * valid all stay: what it wants is not known.
 */
export async function letGo(places: readonly Pick<Place, 'pool' | 'volume'>[]): Promise<void> {
  const mounted = places.filter(({ pool, volume }) => isMounted(pool, volume));
  if (mounted.length === 0) return;
  const pools = await configuredPools();
  if (pools === undefined) return;
  for (const place of mounted)
    if (poolOf(place, pools)?.keepMounted !== true) await unmountIfIdle(place.pool, place.volume);
}

/** The pool of the configuration that has the volume of a place. */
function poolOf({ pool: name, volume }: Pick<Place, 'pool' | 'volume'>, pools: readonly Pool[]): Pool | undefined {
  return pools.find((pool) => pool.name === name && pool.volumes.includes(volume));
}

/** An image without a device is one for guests only; what attached it and did not open it kept no inode. */
function leaseIn({ lease, device, inode }: ImageRecord): Place['lease'] {
  if (lease !== undefined) return 'held';
  return device !== undefined && inode !== undefined ? 'none' : 'unknown';
}

/**
 * Keeps the volume of a place mounted, so that a lease can be given back when no device is left that would do that. Not
 * mounted is not unreachable: where nothing kept the volume mounted, and a lease may be there, it is mounted again.
 */
export async function holdPlace(place: Place): Promise<HeldPlace> {
  const point = mountPoint(place.pool, place.volume);
  try {
    if (mountAt(point) === undefined && place.lease !== 'none')
      return { ...place, descriptor: await mountAgain(place) };
    return { ...place, descriptor: (await answers(point, mountPatience.untilHung)) ? hold(mountAt(point)) : undefined };
  } catch (error) {
    if (asFailure(error) === undefined) throw error;
    return { ...place, descriptor: undefined };
  }
}

async function mountAgain(place: Place): Promise<number | undefined> {
  const { pool: name, volume, directory } = place;
  const point = mountPoint(name, volume);
  const configured = poolOf(place, (await configuredPools()) ?? []);
  const servers = readRecord(basename(directory))?.servers ?? [];
  const mounted = await mountVolume(configured ?? { ...builtinPool, name, servers, keepMounted: false }, volume);
  try {
    return hold(mountAt(point));
  } finally {
    await mounted.release();
  }
}

function placeOf(directory: string): Place | undefined {
  if (!directory.startsWith(`${mountsDirectory}/`)) return undefined;
  const [pool, volume] = directory.slice(mountsDirectory.length + 1).split('/');
  return pool === undefined || volume === undefined ? undefined : { pool, volume, directory, lease: 'unknown' };
}
