import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type StatsBase } from 'node:fs';
import { errnoOf } from './errors.ts';
import { formatBytes } from './units.ts';

/** The text of a file, or what stands in its place, for a sentence: `a directory`, `larger than 64 KiB`. */
export type SmallFile = { readonly text: string; readonly damage?: never } | { readonly damage: string };

/**
 * Reads a file that anybody may have put there, such as one on a volume; undefined when there is none. It follows no
 * link at the end of the path, waits for no writer, opens no device and reads no more than `limit` bytes.
 */
export function readSmallFile(path: string, limit: number): SmallFile | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  // To open is to wait for a writer (a FIFO), or to set something off (a tape).
  const before = damageOf(found, limit);
  if (before !== undefined) return { damage: before };
  const descriptor = openHere(path);
  if (descriptor === undefined) return undefined;
  try {
    // By now it may be another one.
    const damage = damageOf(fstatSync(descriptor), limit);
    return damage === undefined ? readUpTo(descriptor, limit) : { damage };
  } finally {
    closeSync(descriptor);
  }
}

/** What stands at a path in place of a regular file, for a sentence; undefined when it is one. */
export function oddKind(found: StatsBase<number> | StatsBase<bigint>): string | undefined {
  if (found.isFile()) return undefined;
  if (found.isDirectory()) return 'a directory';
  if (found.isSymbolicLink()) return 'a symbolic link';
  if (found.isFIFO()) return 'a FIFO';
  return found.isSocket() ? 'a socket' : 'a device';
}

function damageOf(found: StatsBase<number>, limit: number): string | undefined {
  return oddKind(found) ?? (found.size > limit ? tooLarge(limit) : undefined);
}

function openHere(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Its size is not believed: it may grow while it is read. */
function readUpTo(descriptor: number, limit: number): SmallFile {
  const bytes = Buffer.alloc(limit + 1);
  let length = 0;
  for (;;) {
    const count = readSync(descriptor, bytes, length, bytes.length - length, null);
    length += count;
    if (length > limit) return { damage: tooLarge(limit) };
    if (count === 0) return { text: bytes.toString('utf8', 0, length) };
  }
}

function tooLarge(limit: number): string {
  return `larger than ${formatBytes(limit)}`;
}
