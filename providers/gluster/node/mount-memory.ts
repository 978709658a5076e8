import type { Pool } from '#gluster/configuration/pool.ts';
import { ifThereIsRoom, parseObject, readIfThere, removeFileIfThere, replaceShared, textField } from '#src/files.ts';
import type { Mount } from '#src/mounts.ts';
import { makeRunDirectory, runDirectory } from '#src/run-directory.ts';

const directory = `${runDirectory}/mounts`;

/** What of the configuration makes a mount what it is. */
type Reached = Pick<Pool, 'name' | 'servers' | 'mountOptions' | 'ids'>;

/** Remembers when a volume was mounted, and by which configuration, where there is room. */
export function rememberMount(pool: Reached, volume: string, { fileSystem }: Mount): void {
  const since = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  ifThereIsRoom(() => {
    makeRunDirectory('mounts');
    replaceShared(pathOf(pool.name, volume), JSON.stringify({ since, fileSystem, way: wayOf(pool, volume) }));
  });
}

/** Forgets what was remembered of the mount of a volume. */
export function forgetMount(pool: string, volume: string): void {
  removeFileIfThere(pathOf(pool, volume));
}

/**
 * Whether a mount is known to have been made by other servers or mount options than a pool has now. They may lead to
 * another volume of that name.
 */
export function isMadeOtherwise(pool: Reached, volume: string, mount: Mount): boolean {
  const made = memoryOf(pool.name, volume, mount);
  return made !== undefined && made.way !== wayOf(pool, volume);
}

/** When a volume was mounted; undefined where that is not known. */
export function mountedSince(pool: string, volume: string, mount: Mount): string | undefined {
  return memoryOf(pool, volume, mount)?.since;
}

/** A memory of another file system than the one that is mounted is of an earlier mount. */
function memoryOf(pool: string, volume: string, { fileSystem }: Mount) {
  const object = parseObject(readIfThere(pathOf(pool, volume)) ?? '') ?? {};
  const [since, way] = [textField(object, 'since'), textField(object, 'way')];
  return textField(object, 'fileSystem') === fileSystem && since !== undefined ? { since, way } : undefined;
}

/** Where the UUID of the volume is known, servers come and go: none of them leads to another volume. */
function wayOf({ servers, mountOptions, ids = {} }: Reached, volume: string): string {
  return JSON.stringify([ids[volume] ?? servers.map(({ host, port }) => [host, port]), mountOptions]);
}

function pathOf(pool: string, volume: string): string {
  return `${directory}/${pool}@${volume}`;
}
