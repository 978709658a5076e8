import { setTimeout as sleep } from 'node:timers/promises';
import { type Configuration, findPool, loadConfiguration } from '#gluster/configuration/load.ts';
import type { Request } from '#gluster/configuration/parameters.ts';
import type { Pool } from '#gluster/configuration/pool.ts';
import { requireReach } from '#gluster/configuration/reach.ts';
import { answeringFirst, serversOf } from '#gluster/glusterd/servers.ts';
import { askMounts, type MountedVolume, mountVolume } from '#gluster/node/mounts.ts';
import { type ImageRecord, readRecord, writeRecord } from '#gluster/node/records.ts';
import { asFailure, Failure } from '#src/errors.ts';
import { unknown } from '#src/parameters.ts';
import { note } from '#src/reply.ts';
import { isThere } from '#src/trees.ts';
import { type Image, imageDirectory, readImage } from './image.ts';
import { findInFormerSites, rememberSite, type Site, siteName, sitesOf, unmountOthers } from './sites.ts';

/** For how many milliseconds the other volumes are waited for, once an image is found on one. */
const otherVolumesPatience = 2000;

/** Which image is meant, and where the caller believes it to be. */
export interface Wanted {
  readonly name: string;
  readonly pool?: string | undefined;
  readonly volume?: string | undefined;
}

/** The image that a request is about. */
export function wantedBy({ name, parameters: { pool, volume } }: Pick<Request<'open'>, 'name' | 'parameters'>): Wanted {
  return { name, pool, volume };
}

/** The outcome of looking for an image. */
export interface Search {
  /** undefined when every volume was looked at and none has it. */
  readonly image: Image | undefined;
  /** That of the image, else the one that the parameters name. */
  readonly pool: Pool;
  /** The volumes that were looked at; held until released or until this process ends. */
  readonly mounted: readonly MountedVolume[];
}

/** How hard to look for an image. */
export interface Thoroughness {
  /**
   * Where this node saw the image last is not enough: whatever has its name is to be found. For what makes and deletes.
   */
  readonly everywhere?: boolean;
  /** Other pools than that of the call may be out of reach: their servers must not keep anybody from using this one. */
  readonly othersMayBeMissing?: boolean;
}

/**
 * Looks for an image by its name, the one thing that every call has. The configuration of the day and the parameters of
 * the call say where a new image goes, not where an old one lies: an image is looked for where this node saw it last,
 * then on all volumes of the pool that the parameters name, then in the other pools, and at last where earlier
 * configurations had pools.
 *
 * Throws a Failure of kind exists, which names both, when it meets two images of the name; of kind unavailable when it
 * finds none and could not look at a volume, since "not there" is only said when it is sure; of kind invalid when the
 * image is where no pool is any more.
 */
export async function searchImage(wanted: Wanted, thoroughness: Thoroughness = {}): Promise<Search> {
  const configuration = await loadConfiguration();
  const sites = configuration.pools.flatMap(sitesOf);
  await unmountOthers(sites);
  const seen = thoroughness.everywhere === true ? undefined : siteSeen(sites, wanted.name);
  if (seen !== undefined) {
    const { images, mounted } = await lookAt([seen], wanted.name);
    const [image] = images;
    if (image !== undefined) return { image, pool: seen.pool, mounted };
    await release(mounted);
  }
  const { pool: poolName = configuration.defaultPool, volume } = wanted;
  const pool = configuration.pools.find(({ name }) => name === poolName);
  const own = sites.filter((site) => pool === undefined || site.pool === pool);
  const first = own.toSorted((one, other) => Number(other.volume === volume) - Number(one.volume === volume));
  const found = await lookAt(first, wanted.name);
  const image = found.images[0] ?? (await searchFurther(wanted.name, found, sites, own, thoroughness));
  const mounted = image === undefined ? found.mounted : [image.mounted];
  await release(found.mounted.filter((here) => !mounted.includes(here)));
  if (image === undefined) await requireKnown(configuration, wanted, mounted);
  return {
    image,
    pool: image?.mounted.pool ?? pool ?? (await findPool(configuration, configuration.defaultPool)),
    mounted,
  };
}

/**
 * Throws a Failure of kind invalid for a pool or volume that nobody knows: what is not found there need not be gone.
 */
async function requireKnown(
  configuration: Configuration,
  { pool: name = configuration.defaultPool, volume }: Wanted,
  mounted: readonly MountedVolume[],
): Promise<void> {
  try {
    const pool = await findPool(configuration, name);
    if (volume === undefined || pool.volumes.includes(volume)) return;
    throw new Failure('invalid', `in pool ${pool.name}: ${await unknown('volume', volume, pool.volumes)}`);
  } catch (error) {
    await release(mounted);
    throw error;
  }
}

/**
 * The volumes on which a new image can be made, none of which has it, or the image of its name that is there already.
 * Throws a Failure where this node is in no group that reaches the pool, before it looks at any volume.
 */
export async function searchRoom(wanted: Wanted): Promise<Search> {
  const configuration = await loadConfiguration();
  const { volume, pool = configuration.defaultPool } = wanted;
  await requireKnown(configuration, wanted, []);
  requireReach(await findPool(configuration, pool));
  const found = await searchImage(wanted, { everywhere: true, othersMayBeMissing: true });
  if (found.image !== undefined || volume === undefined) return found;
  const chosen = found.mounted.filter((here) => here.volume === volume);
  await release(found.mounted.filter((here) => !chosen.includes(here)));
  return { ...found, mounted: chosen };
}

interface Looked {
  readonly images: readonly Image[];
  readonly mounted: readonly MountedVolume[];
  /** Why a volume could not be looked at; undefined when all were. */
  readonly unreachable: Failure | undefined;
}

/** What a look at one volume found so far. */
interface Look {
  readonly site: Site;
  here?: MountedVolume;
  image?: Image | undefined;
  reason?: unknown;
}

/**
 * Looks for a name on some volumes at once, and holds them. A volume that does not answer keeps an image of another one
 * waiting for a moment only. Throws a Failure of kind exists when the name is on two of them.
 */
async function lookAt(sites: readonly Site[], name: string): Promise<Looked> {
  const seen: Look[] = sites.map((site) => ({ site }));
  const known = askMounts(sites);
  const looks = seen.map(async (look) => {
    try {
      look.here = await mountVolume(look.site.pool, look.site.volume, known);
      // Most of several do not have it, and can say so at the same time.
      if (sites.length === 1 || (await isThere(imageDirectory(look.here, name))))
        look.image = readImage(look.here, name);
    } catch (error) {
      // Without quorum a volume answers only questions about its size.
      look.reason = asFailure(error) ?? error;
    }
  });
  await allOrEnough(looks, () => seen.some(({ image }) => image !== undefined));
  const mounted = seen.flatMap(({ here }) => here ?? []);
  const images = seen.flatMap(({ image }) => image ?? []);
  const reasons = seen.flatMap(({ reason }) => reason ?? []);
  try {
    const fault = reasons.find((reason) => !isUnavailable(reason));
    if (fault !== undefined) throw fault;
    if (images.length > 1) throw twice(name, images);
    return { images, mounted, unreachable: reasons.find(isUnavailable) };
  } catch (error) {
    await release(mounted);
    throw error;
  }
}

/** Waits for all looks, but once one has found what is looked for only for a moment more. */
async function allOrEnough(looks: readonly Promise<void>[], found: () => boolean): Promise<void> {
  const all = Promise.all(looks);
  const enough = looks.map(async (look) => {
    await look;
    if (found()) await sleep(otherVolumesPatience, undefined, { ref: false });
    else await all;
  });
  await Promise.race([all, ...enough]);
}

/** Looks where the pool of the call has nothing: in other pools, then where earlier configurations had pools. */
async function searchFurther(
  name: string,
  { mounted, unreachable }: Looked,
  sites: readonly Site[],
  lookedAt: readonly Site[],
  { othersMayBeMissing = false }: Thoroughness,
): Promise<Image | undefined> {
  try {
    if (unreachable !== undefined) throw unreachable;
    const others = await lookAt(
      sites.filter((site) => !lookedAt.includes(site)),
      name,
    );
    const [image] = others.images;
    await release(others.mounted.filter((here) => here !== image?.mounted));
    if (image !== undefined) {
      note(`image ${name} lies in pool ${image.mounted.pool.name}, on volume ${image.mounted.volume}`);
      return image;
    }
    if (others.unreachable !== undefined) {
      if (!othersMayBeMissing) throw others.unreachable;
      note(`warning: could not check whether another pool has an image ${name}: ${others.unreachable.message}`);
    }
    const former = await findInFormerSites(sites, name);
    if (former === undefined) return undefined;
    throw new Failure('invalid', `image ${name} lies on ${siteName(former)}, which no pool of the configuration has`, {
      problems: ['this node knows the place from an earlier configuration'],
      hint: 'add the volume and the directory to /etc/ganeti/gluster.toml again; gnt-gluster config check',
    });
  } catch (error) {
    await release(mounted);
    throw error;
  }
}

function isUnavailable(error: unknown): error is Failure {
  return error instanceof Failure && error.kind === 'unavailable';
}

function twice(name: string, images: readonly Image[]): Failure {
  const places = images.map(({ mounted }) => siteName(mounted));
  return new Failure('exists', `there are ${images.length} images ${name}: on ${places.join(' and on ')}`, {
    problems: images.map(({ mounted, size, path }) => `volume ${mounted.volume}: ${path}, ${size} bytes`),
    hint: `find out which is the right one, and move the directory of the other out of ${images[0]?.mounted.pool.directory}/`,
  });
}

function siteSeen(sites: readonly Site[], name: string): Site | undefined {
  const seen = readRecord(name);
  return sites.find(({ pool, volume }) => pool.name === seen?.pool && volume === seen.volume);
}

/** Looks for an image on volumes that are held already. Throws a Failure of kind exists when it is on two of them. */
export function lookAgain(mounted: readonly MountedVolume[], name: string): Image | undefined {
  const images = mounted.flatMap((here) => readImage(here, name) ?? []);
  if (images.length > 1) throw twice(name, images);
  return images[0];
}

/** Lets go of volumes that were looked at, all but one: those that nothing uses are unmounted. */
export async function release(mounted: readonly MountedVolume[], keep?: MountedVolume): Promise<void> {
  for (const here of mounted) if (here !== keep) await here.release();
}

/** The image of a request. Throws a Failure of kind missing when it is nowhere. */
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

/** The Failure of kind missing; it names the volumes on which an image was looked for, where these are given. */
export function missing(name: string, mounted: readonly MountedVolume[] = []): Failure {
  const volumes = mounted.map((here) => here.volume).join(', ');
  const where = volumes === '' ? '' : ` on ${volumes}`;
  return new Failure('missing', `there is no image ${name}${where}`, { hint: 'gnt-gluster image list' });
}

/** The Failure of kind exists that names the volumes on which a name is taken. */
export function taken(name: string, volumes: readonly string[]): Failure {
  return new Failure('exists', `there is an image ${name} already, on volume ${volumes.join(', ')}`, {
    hint: `gnt-gluster image info ${name}`,
  });
}

/** What is known of an image beside its place. */
export type Known = Pick<ImageRecord, 'device' | 'inode' | 'sequence' | 'lease'>;

/**
 * Remembers where an image is and what is known of it here; first of the servers is one that answers. `before`: what
 * was remembered of it until now, whose servers are as good as ever when the image lies where it did.
 */
export async function remember(image: Image, known: Known, before?: ImageRecord): Promise<ImageRecord> {
  const { pool, volume } = image.mounted;
  const isSamePlace = before?.pool === pool.name && before.volume === volume;
  const servers = isSamePlace ? before.servers : await answeringFirst(await serversOf(pool, volume));
  const record: ImageRecord = { pool: pool.name, volume, path: image.path, servers, ...known };
  writeRecord(image.name, record);
  rememberSite(image.mounted);
  return record;
}
