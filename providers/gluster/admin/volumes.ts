import { findPool, loadConfiguration } from '#gluster/configuration/load.ts';
import type { Pool } from '#gluster/configuration/pool.ts';
import { type Image, imageNames, readImage } from '#gluster/images/image.ts';
import { type MountedVolume, mountVolume } from '#gluster/node/mounts.ts';
import { asFailure, Failure } from '#src/errors.ts';
import type { CommandInput, Report } from './command.ts';

/** Notes something that cannot be shown as it should be; the rest is shown. */
export type Tell = (problem: Failure) => void;

/** What a look at volumes found, and why that is not all. */
export interface Looked<Found> {
  readonly found: readonly Found[];
  /** What could not be shown of volumes that were looked at. */
  readonly damaged: readonly Failure[];
  /** A volume each that could not be looked at. */
  readonly missing: readonly Failure[];
  /** The pools with the volumes only that were looked at. */
  readonly seen: readonly Pool[];
}

/** The pools a command is about: that of its option --pool, or all. */
export async function poolsOf({ options }: CommandInput): Promise<readonly Pool[]> {
  const configuration = await loadConfiguration();
  const only = options.pool;
  return only === undefined ? configuration.pools : [await findPool(configuration, only)];
}

/**
 * What a look at every volume of some pools finds, one after the other; each is released before the next. Throws when
 * one of them cannot be looked at: for what must be sure.
 */
export async function eachVolume<Found>(
  pools: readonly Pool[],
  look: (mounted: MountedVolume) => Promise<readonly Found[]>,
): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const [pool, volume] of poolsAndVolumes(pools)) found.push(...(await lookAt(pool, volume, look)));
  return found;
}

/**
 * The same for what shows: a volume that cannot be looked at is named and does not hide the others. Throws when none
 * can be looked at.
 */
export async function lookAtEach<Found>(
  pools: readonly Pool[],
  look: (mounted: MountedVolume, tell: Tell) => Promise<readonly Found[]>,
): Promise<Looked<Found>> {
  const [found, damaged, missing]: [Found[], Failure[], Failure[]] = [[], [], []];
  const reasons: Failure[] = [];
  const seen: Pool[] = [];
  const places = poolsAndVolumes(pools);
  for (const [pool, volume] of places) {
    try {
      found.push(...(await lookAt(pool, volume, (mounted) => look(mounted, (problem) => damaged.push(problem)))));
      seen.push({ ...pool, volumes: [volume] });
    } catch (error) {
      const failure = asFailure(error);
      if (failure === undefined) throw error;
      reasons.push(failure);
      const sentence = `volume ${volume} of pool ${pool.name} could not be looked at: ${failure.message}`;
      missing.push(new Failure(failure.kind, sentence, { ...failure.details, cause: failure }));
    }
  }
  const [reason] = reasons;
  if (reason === undefined || missing.length < places.length) return { found, damaged, missing, seen };
  if (missing.length === 1) throw reason;
  throw new Failure(reason.kind, `none of the ${missing.length} volumes could be looked at`, {
    problems: missing.map(({ message }) => message),
    hint: reason.details.hint ?? 'gnt-gluster config check',
  });
}

/** What a report tells of that. */
export function problemsOf({
  damaged,
  missing,
}: Pick<Looked<unknown>, 'damaged' | 'missing'>): Pick<Report, 'problems'> {
  return { problems: [...damaged, ...missing] };
}

/** Whether all there is was looked at. Only then nothing found means that there is nothing. */
export function isComplete({ damaged, missing }: Looked<unknown>): boolean {
  return damaged.length + missing.length === 0;
}

/**
 * What was found of something that is asked for by name. Throws the Failure that is given only when there is none for
 * sure.
 */
export function requireFound<Found>(looked: Looked<Found>, none: Failure): readonly Found[] {
  if (looked.found.length > 0) return looked.found;
  throw looked.damaged[0] ?? looked.missing[0] ?? none;
}

/** All images of a volume, sorted by name. What goes away while one looks is none; what is no image is told. */
export function* imagesOn(mounted: MountedVolume, tell: Tell): Generator<Image> {
  for (const name of imageNames(mounted)) {
    const image = readOrTell(mounted, name, tell);
    if (image !== undefined) yield image;
  }
}

/** The image of a name on a volume, or undefined; that the name means something else is told. */
export function readOrTell(mounted: MountedVolume, name: string, tell: Tell): Image | undefined {
  try {
    return readImage(mounted, name);
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'exists') throw error;
    tell(error);
    return undefined;
  }
}

/** Every volume of some pools, with its pool. */
export function poolsAndVolumes(pools: readonly Pool[]): readonly (readonly [Pool, string])[] {
  return pools.flatMap((pool) => pool.volumes.map((volume) => [pool, volume] as const));
}

async function lookAt<Found>(
  pool: Pool,
  volume: string,
  look: (mounted: MountedVolume) => Promise<readonly Found[]>,
): Promise<readonly Found[]> {
  const mounted = await mountVolume(pool, volume);
  try {
    return await look(mounted);
  } finally {
    await mounted.release();
  }
}
