import { Failure } from '../../src/errors.ts';
import { unknown } from '../../src/parameters.ts';
import { findPool, loadConfiguration } from './configuration.ts';
import { type Image, readImage } from './images.ts';
import { type MountedVolume, mountVolume } from './mounts.ts';
import type { Pool } from './pool.ts';
import { type ImageRecord, readRecord, writeRecord } from './records.ts';
import { answeringFirst, serversOf } from './servers.ts';

/** The part of a request that says which image is meant. */
export interface Wanted {
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The outcome of looking for an image. */
export interface Search {
  /** undefined when every volume was looked at and none has it. */
  readonly image: Image | undefined;
  readonly pool: Pool;
  /** The volumes that were looked at; held until released or until this process ends. */
  readonly mounted: readonly MountedVolume[];
}

/**
 * Looks for an image on the volumes of its pool, the one it was last seen on first. Throws a Failure of kind unavailable
 * when it is not found and a volume could not be looked at: "not there" is only said when it is sure.
 */
export async function searchImage(wanted: Wanted): Promise<Search> {
  const { pool, volumes } = await candidates(wanted);
  const mounted: MountedVolume[] = [];
  try {
    let unreachable: unknown;
    for (const volume of volumes) {
      try {
        const here = await mountVolume(pool, volume);
        mounted.push(here);
        const image = readImage(here, wanted.name);
        if (image === undefined) continue;
        await release(mounted, here);
        return { image, pool, mounted: [here] };
      } catch (error) {
        if (!(error instanceof Failure) || error.kind !== 'unavailable') throw error;
        unreachable ??= error;
      }
    }
    if (unreachable !== undefined) throw unreachable;
    return { image: undefined, pool, mounted };
  } catch (error) {
    await release(mounted);
    throw error;
  }
}

/** Looks for an image on volumes that are held already. */
export function lookAgain(mounted: readonly MountedVolume[], name: string): Image | undefined {
  return mounted.map((here) => readImage(here, name)).find((image) => image !== undefined);
}

/** Lets go of volumes that were looked at, all but one: those that nothing uses are unmounted. */
export async function release(mounted: readonly MountedVolume[], keep?: MountedVolume): Promise<void> {
  for (const here of mounted) if (here !== keep) await here.release();
}

/** The image of a request. Throws a Failure of kind missing when it is on no volume of its pool. */
export async function findImage(wanted: Wanted): Promise<Image> {
  const { image, mounted } = await searchImage(wanted);
  if (image !== undefined) return image;
  await release(mounted);
  throw missing(wanted.name, mounted);
}

/** An image as it is now, found before. Throws a Failure of kind missing when it was removed meanwhile. */
export function findAgain({ name, mounted }: Image): Image {
  const image = readImage(mounted, name);
  if (image === undefined) throw missing(name, [mounted]);
  return image;
}

function missing(name: string, mounted: readonly MountedVolume[]): Failure {
  const volumes = mounted.map((here) => here.volume).join(', ');
  return new Failure('missing', `there is no image ${name} on ${volumes}`, { hint: 'gnt-gluster image list' });
}

/** Remembers where an image is, and its device when it is attached here; first of the servers is one that answers. */
export async function remember(image: Image, device: string | undefined): Promise<ImageRecord> {
  const { pool, volume } = image.mounted;
  const servers = await answeringFirst(await serversOf(pool, volume));
  const place = { pool: pool.name, volume, path: image.path, servers };
  const record: ImageRecord = device === undefined ? place : { ...place, device };
  writeRecord(image.name, record);
  return record;
}

async function candidates({ name, parameters }: Wanted): Promise<{ pool: Pool; volumes: readonly string[] }> {
  const configuration = await loadConfiguration();
  const pool = await findPool(configuration, parameters.pool ?? configuration.defaultPool);
  const only = parameters.volume;
  if (only === undefined) {
    const seen = readRecord(name);
    const first = pool.volumes.filter((volume) => seen?.pool === pool.name && seen.volume === volume);
    return { pool, volumes: [...first, ...pool.volumes.filter((volume) => !first.includes(volume))] };
  }
  if (pool.volumes.includes(only)) return { pool, volumes: [only] };
  throw new Failure('invalid', `in pool ${pool.name}: ${await unknown('volume', only, pool.volumes)}`);
}
