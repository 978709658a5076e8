import { existsSync, mkdirSync } from 'node:fs';
import { isPlainName } from '#gluster/configuration/names.ts';
import { builtinPool, type Pool } from '#gluster/configuration/pool.ts';
import { parseServers } from '#gluster/glusterd/remembered.ts';
import { volumeInfo } from '#gluster/glusterd/volumes.ts';
import { mountedVolumes, unmountIfIdle } from '#gluster/node/mount-points.ts';
import { type MountedVolume, mountVolume } from '#gluster/node/mounts.ts';
import { asFailure } from '#src/errors.ts';
import { parseObject, readIfThere, removeFileIfThere, replaceShared, textField } from '#src/files.ts';
import { note } from '#src/reply.ts';
import { entriesOf } from '#src/trees.ts';
import { readImage } from './image.ts';

/** Where a pool can have images: a volume of it, and there its directory. */
export interface Site {
  readonly pool: Pool;
  readonly volume: string;
}

/**
 * Where this node remembers, for good, on which volumes and in which directories it used images. A configuration that
 * lost one of them must not make an image look removed: Ganeti would forget a disk whose data is still there.
 */
const memory = '/var/lib/ganeti-extstorage-gluster/sites';

/** The sites of a pool, in the order of its volumes. */
export function sitesOf(pool: Pool): readonly Site[] {
  return pool.volumes.map((volume) => ({ pool, volume }));
}

/** Unmounts the volumes of no site that nothing on this node uses: they have left the configuration. */
export async function unmountOthers(sites: readonly Site[]): Promise<void> {
  const others = mountedVolumes().filter(
    (here) => !sites.some(({ pool, volume }) => pool.name === here.pool && volume === here.volume),
  );
  for (const { pool, volume } of others) await unmountIfIdle(pool, volume);
}

/** A site for a sentence. */
export function siteName({ pool, volume }: Site): string {
  return `volume ${volume}, directory ${pool.directory} (pool ${pool.name})`;
}

/** Remembers that images are used at a site. A root file system that takes no file is no reason to fail. */
export function rememberSite({ pool, volume }: Site): void {
  const path = `${memory}/${fileName({ pool, volume })}`;
  if (existsSync(path)) return;
  const { name, directory, servers, mountOptions } = pool;
  try {
    mkdirSync(memory, { recursive: true, mode: 0o700 });
    replaceShared(path, JSON.stringify({ pool: name, volume, directory, servers, mountOptions }));
  } catch (error) {
    if (asFailure(error) === undefined) throw error;
  }
}

/** The sites that this node used, and that none of some others is: those of earlier configurations. */
export function formerSites(sites: readonly Site[]): readonly Site[] {
  const known = new Set(sites.map((site) => JSON.stringify(identityOf(site))));
  return entriesOf(memory)
    .filter((entry) => !entry.endsWith('.new'))
    .flatMap((entry) => parseSite(readIfThere(`${memory}/${entry}`) ?? '') ?? [])
    .filter((site) => !known.has(JSON.stringify(identityOf(site))));
}

/**
 * The former site that has an image of a name. One whose volume was deleted is forgotten; one that cannot be asked is
 * told.
 */
export async function findInFormerSites(sites: readonly Site[], name: string): Promise<Site | undefined> {
  for (const site of formerSites(sites))
    if ((await lookAtFormer(site, (mounted) => readImage(mounted, name))) !== undefined) return site;
  return undefined;
}

/** What a look at a former site finds; undefined, and a sentence on standard error, when it cannot be looked at. */
export async function lookAtFormer<Found>(
  site: Site,
  look: (mounted: MountedVolume) => Found,
): Promise<Found | undefined> {
  try {
    const mounted = await mountVolume(site.pool, site.volume);
    try {
      return look(mounted);
    } finally {
      await mounted.release();
    }
  } catch (error) {
    const failure = asFailure(error);
    // That a name means something else there is an answer.
    if (failure === undefined || failure.kind === 'exists') throw error;
    if (await isDeleted(site)) removeFileIfThere(`${memory}/${fileName(site)}`);
    else note(`warning: ${siteName(site)}, of an earlier configuration, could not be looked at: ${failure.message}`);
    return undefined;
  }
}

/** Whether the glusterd of this node is sure that a volume of its own is gone. */
async function isDeleted({ pool, volume }: Site): Promise<boolean> {
  if (pool.servers.length > 0) return false;
  try {
    return (await volumeInfo(volume)) === undefined;
  } catch {
    return false;
  }
}

/** Reads what rememberSite wrote; undefined for anything else. */
export function parseSite(text: string): Site | undefined {
  const object = parseObject(text);
  if (object === undefined) return undefined;
  const [name, volume, directory] = ['pool', 'volume', 'directory'].map((field) => textField(object, field));
  if (name === undefined || volume === undefined || directory === undefined) return undefined;
  if (![name, volume, ...directory.split('/')].every(isPlainName)) return undefined;
  const options: readonly unknown[] = Array.isArray(object.mountOptions) ? object.mountOptions : [];
  const mountOptions = options.filter((option) => typeof option === 'string');
  const pool = {
    ...builtinPool,
    name,
    directory,
    volumes: [volume],
    servers: parseServers(object.servers),
    mountOptions,
    // No pool has it any more.
    keepMounted: false,
  };
  return { pool, volume };
}

/** What a site is, whatever its pool is called. */
function identityOf({ pool, volume }: Site): readonly unknown[] {
  return [volume, pool.directory];
}

function fileName({ pool, volume }: Site): string {
  return [pool.name, volume, ...pool.directory.split('/')].join('@').slice(0, 240);
}
