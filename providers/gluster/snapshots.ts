import { statSync } from 'node:fs';
import { hostname } from 'node:os';
import { Failure } from '../../src/errors.ts';
import { summarize } from '../../src/tools/processes.ts';
import { imageUsers } from './attachments.ts';
import type { Image } from './images.ts';
import { type ImageMetadata, readMetadata } from './metadata.ts';

/** Throws a Failure of kind busy while a process of this node uses an image. */
export function requireUnused(image: Image, devices: readonly string[], hint: string): void {
  const users = imageUsers(image, devices);
  if (users.length > 0) throw new Failure('busy', `image ${image.name} is in use by ${summarize(users)}`, { hint });
}

/** What is kept with a snapshot that is made of an image now, on this node. */
export function snapshotMetadata(image: Image): ImageMetadata {
  const { info, diskName } = readMetadata(image.directory);
  return {
    ...(info === undefined ? {} : { info }),
    ...(diskName === undefined ? {} : { diskName }),
    preallocation: 'off',
    created: new Date().toISOString(),
    createdBy: hostname(),
    snapshotOf: image.name,
    snapshotState: stateOf(image),
  };
}

/**
 * Throws a Failure of kind exists unless a snapshot that is there already was made of the image as it is now. One from
 * an older state must not pass for a new one: a backup of it would silently be an old backup.
 */
export function isSameSnapshot(image: Image, snapshot: Image): void {
  const metadata = readMetadata(snapshot.directory);
  if (metadata.snapshotOf === image.name && metadata.snapshotState === stateOf(image)) return;
  const what =
    metadata.snapshotOf === image.name
      ? `an older snapshot, of ${metadata.created ?? 'unknown date'}`
      : 'another image';
  throw new Failure('exists', `${snapshot.name} exists and is ${what}`, {
    hint: `VOL_NAME=${snapshot.name} /usr/share/ganeti/extstorage/gluster/remove, if nobody needs it`,
  });
}

/** A text that changes whenever data of an image was written. */
function stateOf(image: Image): string {
  const { size, mtimeNs, ino } = statSync(image.disk, { bigint: true });
  return [ino, size, mtimeNs].join(':');
}
