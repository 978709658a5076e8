import { type BigIntStats, type Dirent, lstat, lstatSync, readdirSync, rmdirSync, truncateSync } from 'node:fs';
import { errnoOf } from './errors.ts';
import { removeFileIfThere } from './files.ts';

/** Not rmSync with `recursive`: its errors do not say which they are. Something already gone is fine. */
export function removeTree(path: string): void {
  const found = statOf(path);
  if (found === undefined) return;
  if (found.isDirectory()) removeWithContents(path);
  else removeFile(path);
}

function removeWithContents(directory: string): void {
  for (const entry of typedEntriesOf(directory))
    if (entry.isDirectory()) removeWithContents(`${directory}/${entry.name}`);
    else removeFile(`${directory}/${entry.name}`);
  removeDirectory(directory);
}

/**
 * What is in a directory, with its kinds; nothing when it is not there. The kinds come with the listing: to ask for
 * each would be a question to the volume more.
 */
export function typedEntriesOf(directory: string): readonly Dirent[] {
  return nothingIfGone(() => readdirSync(directory, { withFileTypes: true }));
}

/** What is in a directory; nothing when it is not there. */
export function entriesOf(directory: string): readonly string[] {
  return nothingIfGone(() => readdirSync(directory));
}

function nothingIfGone<Entry>(list: () => readonly Entry[]): readonly Entry[] {
  try {
    return list();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** What is at a path, links not followed, or undefined. */
export function statOf(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Whether anything is at a path, links not followed. Another thread asks, so that several can be asked at once. */
export async function isThere(path: string): Promise<boolean> {
  return await new Promise((resolve, reject) => {
    lstat(path, (error) => {
      if (error === null) resolve(true);
      else if (['ENOENT', 'ENOTDIR'].includes(error.code ?? '')) resolve(false);
      else reject(error);
    });
  });
}

/** What identifies the file at a path, as decimal digits; undefined when there is none. */
export function inodeAt(path: string): string | undefined {
  const found = statOf(path);
  return found === undefined ? undefined : inodeOf(found);
}

/**
 * The inode that was read, as decimal digits. Node takes it for a number with a sign, and those of Gluster use all 64
 * bits.
 */
export function inodeOf({ ino }: Pick<BigIntStats, 'ino'>): string {
  return BigInt.asUintN(64, ino).toString();
}

function removeFile(path: string): void {
  try {
    removeFileIfThere(path);
  } catch (error) {
    // What has another name, too, is somebody else's data.
    if (errnoOf(error) !== 'ENOSPC' || statOf(path)?.nlink !== 1n) throw error;
    // A full volume with sharding has no room for the note it makes of a file to be deleted. To cut it off makes some.
    truncateSync(path, 0);
    removeFileIfThere(path);
  }
}

function removeDirectory(path: string): void {
  try {
    rmdirSync(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}
