import { existsSync } from 'node:fs';
import type { MountedVolume } from '#gluster/node/mounts.ts';
import { ifThereIsRoom, parseObject, readIfThere, replaceShared } from '#src/files.ts';
import { makeRunDirectory, runDirectory } from '#src/run-directory.ts';
import type { Bytes } from '#src/units.ts';
import { imageNames, imagesDirectory } from './image.ts';

/** For how many milliseconds a sum is good enough for a warning. */
const goodEnough = 600_000;

/**
 * What the images on a volume have together. With `patience`, in milliseconds, it stops counting in time and may be too
 * little. An image that cannot be looked at counts as nothing: a damaged one must not keep others from being made.
 */
export async function promisedOn(mounted: MountedVolume, { patience = Number.POSITIVE_INFINITY } = {}): Promise<Bytes> {
  const { lstat } = await import('node:fs/promises');
  const names = imageNames(mounted).values();
  const end = performance.now() + patience;
  let sum = 0;
  const count = async (): Promise<void> => {
    for (const name of names) {
      if (performance.now() > end) return;
      const found = await lstat(`${imagesDirectory(mounted)}/${name}/disk`).catch(() => undefined);
      sum += found?.size ?? 0;
    }
  };
  // Each look asks all replicas over the network: four at a time, as many as Node has threads for it, take a third.
  await Promise.all([count(), count(), count(), count()]);
  return sum;
}

/**
 * About what the images on a volume have together: what was counted at most ten minutes ago, and what this node changed
 * since then, if that is good news; else what is counted now. Counting takes a second at most, and so it may be too
 * little. Only a warning may rest on it: with every image counted at every create, each create would be slower than the
 * one before.
 */
export async function estimateOn(mounted: MountedVolume, isGoodNews: (bytes: Bytes) => boolean): Promise<Bytes> {
  const known = memoryOf(mounted);
  if (known !== undefined && isGoodNews(known.bytes)) return known.bytes;
  const bytes = await promisedOn(mounted, { patience: 1000 });
  remember(mounted, { bytes, counted: Date.now() });
  return bytes;
}

/** Adds to the estimate, where there is one, what the images on a volume have more or less now. */
export function adjustEstimate(mounted: MountedVolume, difference: Bytes): void {
  const known = memoryOf(mounted);
  if (known !== undefined) remember(mounted, { ...known, bytes: known.bytes + difference });
}

interface Estimate {
  readonly bytes: Bytes;
  /** When they were counted, in milliseconds since 1970. */
  readonly counted: number;
}

function memoryOf(mounted: MountedVolume): Estimate | undefined {
  const { bytes, counted } = parseObject(readIfThere(pathOf(mounted)) ?? '') ?? {};
  if (typeof bytes !== 'number' || typeof counted !== 'number') return undefined;
  const age = Date.now() - counted;
  return age >= 0 && age < goodEnough ? { bytes, counted } : undefined;
}

function remember(mounted: MountedVolume, estimate: Estimate): void {
  if (!existsSync(runDirectory)) return;
  ifThereIsRoom(() => {
    makeRunDirectory('promised');
    replaceShared(pathOf(mounted), JSON.stringify(estimate));
  });
}

function pathOf({ pool, volume }: MountedVolume): string {
  return `${runDirectory}/promised/${pool.name}@${volume}`;
}
