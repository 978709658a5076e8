import { utimesSync } from 'node:fs';
import type { Pool } from '#gluster/configuration/pool.ts';
import { errnoOf } from '#src/errors.ts';
import { ifThereIsRoom, parseObject, readIfThere, removeFileIfThere, replaceShared, textField } from '#src/files.ts';
import type { Mount } from '#src/mounts.ts';
import { makeRunDirectory, runDirectory } from '#src/run-directory.ts';
import { statOf } from '#src/trees.ts';

const directory = `${runDirectory}/mounts`;

/** What of the configuration makes a mount what it is. */
type Reached = Pick<Pool, 'name' | 'servers' | 'mountOptions'>;

/** Remembers when a volume was mounted, and by which configuration, where there is room. */
export function rememberMount(pool: Reached, volume: string, { fileSystem }: Mount): void {
  const since = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  ifThereIsRoom(() => {
    makeRunDirectory('mounts');
    replaceShared(pathOf(pool.name, volume), JSON.stringify({ since, fileSystem, way: wayOf(pool) }));
  });
}

/** For how many milliseconds it is believed that a mount answers. What works on it is watched all the while. */
const believed = 5000;

/** Whether a mount answered a moment ago. A clock that was set back tells nothing. */
export function answeredJustNow(pool: string, volume: string): boolean {
  const file = statOf(pathOf(pool, volume));
  const age = file === undefined ? Number.NaN : Date.now() - Number(file.mtimeMs);
  return age >= 0 && age < believed;
}

/** Remembers that a mount answers now. */
export function rememberAnswer(pool: string, volume: string): void {
  setTime(pool, volume, new Date());
}

/** From now on it is not believed that a mount answers. */
export function doubtAnswer(pool: string, volume: string): void {
  setTime(pool, volume, new Date(0));
}

function setTime(pool: string, volume: string, time: Date): void {
  try {
    utimesSync(pathOf(pool, volume), time, time);
  } catch (error) {
    // Nothing is remembered of this mount.
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
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
  return made !== undefined && made.way !== wayOf(pool);
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

function wayOf({ servers, mountOptions }: Reached): string {
  return JSON.stringify([servers.map(({ host, port }) => [host, port]), mountOptions]);
}

function pathOf(pool: string, volume: string): string {
  return `${directory}/${pool}@${volume}`;
}
