import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { Bytes } from '#src/units.ts';

/** Far more than one try to mount writes. The last lines of a longer one tell why it failed. */
const mostRead: Bytes = 256 * 1024;

/**
 * The size of a log, 0 when there is none. It is not read: a log can have any size, and Node reads no file above 2 GiB.
 */
export function logSize(log: string): Bytes {
  return statSync(log, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * What was added to a log since it had a size, at most the last 256 KiB of it. A log that is shorter by now was
 * rotated: then all of it is new. Empty when there is none.
 */
export function logSince(log: string, size: Bytes): string {
  const now = logSize(log);
  const added = now < size ? now : now - size;
  if (added === 0) return '';
  const buffer = Buffer.alloc(Math.min(added, mostRead));
  const descriptor = openSync(log, 'r');
  try {
    return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, now - buffer.length)).toString();
  } finally {
    closeSync(descriptor);
  }
}

/** The lines of a log of GlusterFS that tell an error. */
export function errorsOf(log: string): string {
  const errors = log.split('\n').filter((line) => / [EC] \[/.test(line));
  return errors.map((line) => `${line}\n`).join('');
}
