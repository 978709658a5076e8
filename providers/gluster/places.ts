import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { isLocked } from '../../src/lock.ts';
import { mountsDirectory } from '../../src/run-directory.ts';
import { backingFile, loopDevicesBy } from '../../src/tools/losetup.ts';
import { answers, mounts } from '../../src/tools/mount.ts';
import { attachedDevices } from './attachments.ts';
import { mountPoint, unmountIfIdle } from './mounts.ts';
import { builtinPool } from './pool.ts';
import { readRecord } from './records.ts';

const probeSeconds = 5;

/** Where an image is, as this node sees it. */
export interface Place {
  readonly pool: string;
  readonly volume: string;
  /** The directory of the image below the mount of the volume. */
  readonly directory: string;
}

/** Whether this node surely has nothing of an image. Starts no process, and touches no file of a volume. */
export function isUnknownHere(name: string): boolean {
  if (isLocked(name) || readRecord(name) !== undefined) return false;
  if (mounts().some(({ point }) => point.startsWith(`${mountsDirectory}/`))) return false;
  return loopDevicesBy((path) => path.endsWith(`/${name}/disk`)).length === 0;
}

/**
 * Where this node has an image attached or remembers it; where neither is known, the mounted volumes that answer and
 * have it. Starts no process when nothing is mounted, and mounts nothing.
 */
export async function placesHere(name: string): Promise<readonly Place[]> {
  const record = readRecord(name);
  const remembered =
    record === undefined
      ? []
      : [{ ...record, directory: dirname(`${mountPoint(record.pool, record.volume)}/${record.path}`) }];
  const attached = (await attachedDevices(name)).flatMap((device) => placeOf(dirname(backingFile(device) ?? '')) ?? []);
  const places = new Map([...remembered, ...attached].map((place) => [place.directory, place]));
  return places.size > 0 ? [...places.values()] : await search(name);
}

async function search(name: string): Promise<readonly Place[]> {
  const points = mounts().filter(({ point, type }) => type === 'fuse.glusterfs' && placeOf(`${point}/`) !== undefined);
  if (points.length === 0) return [];
  const directories = await imageDirectories();
  const found: Place[] = [];
  for (const { point } of points) {
    const place = placeOf(`${point}/`);
    if (place === undefined || !(await answers(point, probeSeconds))) continue;
    const directory = `${point}/${directories.get(place.pool) ?? builtinPool.directory}/${name}`;
    if (existsSync(directory)) found.push({ ...place, directory });
    // To look at it may just have kept another verb from taking it away.
    else await unmountIfIdle(place.pool, place.volume);
  }
  return found;
}

/** The directory of each pool's images below the root of its volumes. One without a valid configuration has none. */
async function imageDirectories(): Promise<ReadonlyMap<string, string>> {
  const { loadConfiguration } = await import('./configuration.ts');
  try {
    const { pools } = await loadConfiguration();
    return new Map(pools.map((pool) => [pool.name, pool.directory]));
  } catch {
    // Detaching must work with any configuration.
    return new Map();
  }
}

function placeOf(directory: string): Place | undefined {
  if (!directory.startsWith(`${mountsDirectory}/`)) return undefined;
  const [pool, volume] = directory.slice(mountsDirectory.length + 1).split('/');
  return pool === undefined || volume === undefined ? undefined : { pool, volume, directory };
}
