import { Failure } from '../../../src/errors.ts';
import { findPool, loadConfiguration } from '../configuration.ts';
import { type Image, imageNames, readImage } from '../images.ts';
import { type MountedVolume, mountVolume } from '../mounts.ts';
import type { Pool } from '../pool.ts';
import type { CommandInput } from './command.ts';

/** The pools a command is about: that of its option --pool, or all. */
export async function poolsOf({ options }: CommandInput): Promise<readonly Pool[]> {
  const configuration = await loadConfiguration();
  const only = options.pool;
  return only === undefined ? configuration.pools : [await findPool(configuration, only)];
}

/** What a look at every volume of some pools finds, one after the other; each is released before the next. */
export async function eachVolume<Found>(
  pools: readonly Pool[],
  look: (mounted: MountedVolume) => Promise<readonly Found[]>,
): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const pool of pools) {
    for (const volume of pool.volumes) {
      const mounted = await mountVolume(pool, volume);
      try {
        found.push(...(await look(mounted)));
      } finally {
        await mounted.release();
      }
    }
  }
  return found;
}

/** All images of a volume, sorted by name. Something that is no image, or goes away while one looks, is none. */
export function* imagesOn(mounted: MountedVolume): Generator<Image> {
  for (const name of imageNames(mounted)) {
    const image = readImageOrNothing(mounted, name);
    if (image !== undefined) yield image;
  }
}

function readImageOrNothing(mounted: MountedVolume, name: string): Image | undefined {
  try {
    return readImage(mounted, name);
  } catch (error) {
    if (error instanceof Failure && error.kind === 'exists') return undefined;
    throw error;
  }
}
