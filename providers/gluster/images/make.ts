import { chmodSync, closeSync, fsyncSync, linkSync, mkdirSync, openSync, renameSync, truncateSync } from 'node:fs';
import { makeLeaseFile } from '#gluster/leases/store.ts';
import type { MountedVolume } from '#gluster/node/mounts.ts';
import { errnoOf, Failure } from '#src/errors.ts';
import { makeDirectory } from '#src/files.ts';
import { createRaw, type Preallocation } from '#src/tools/qemu-img.ts';
import { removeTree, statOf } from '#src/trees.ts';
import type { Bytes } from '#src/units.ts';
import { type Image, imageDirectory, imagesDirectory } from './image.ts';
import { type ImageMetadata, writeMetadata } from './metadata.ts';
import { sweep, sweepOwn, workDirectory, workPath } from './unfinished.ts';

/** What a new image is to be. */
export interface NewContent {
  readonly size: Bytes;
  readonly metadata: ImageMetadata;
  /** Puts the data into an empty file. */
  readonly fill: (disk: string) => Promise<void>;
  /** A file on the same volume that is the data, and gets a second name: nothing is filled then. */
  readonly link?: string;
}

/**
 * Makes an image: it is prepared out of sight and appears, complete, in one step. Returns false when something of that
 * name appeared first; nothing of ours is left then, nor when it throws. The caller holds this node's lock on the name.
 */
export async function makeImage(mounted: MountedVolume, name: string, content: NewContent): Promise<boolean> {
  const draft = workPath(mounted, name);
  makeDirectory(`${imagesDirectory(mounted)}/${workDirectory}`);
  try {
    sweepOwn(mounted, name);
    mkdirSync(draft, { mode: 0o700 });
    if (content.link === undefined) {
      closeSync(openSync(`${draft}/disk`, 'wx', 0o600));
      await content.fill(`${draft}/disk`);
    } else linkSync(content.link, `${draft}/disk`);
    const found = statOf(`${draft}/disk`);
    const size = Number(found?.size);
    // A tool that reports success and did nothing must not leave an image behind.
    if (size !== content.size)
      throw new Failure('failed', `the new image has ${size} bytes instead of ${content.size}`);
    if ((Number(found?.mode) & 0o7777) !== 0o600) chmodSync(`${draft}/disk`, 0o600);
    flush(`${draft}/disk`);
    writeMetadata(draft, content.metadata);
    makeLeaseFile(draft);
    const isFirst = moveIfFree(draft, imageDirectory(mounted, name));
    if (!isFirst) removeTree(draft);
    return isFirst;
  } catch (error) {
    removeTree(draft);
    throw error;
  }
}

/** Gives a directory its name, unless something else has that name already: false then. */
function moveIfFree(directory: string, path: string): boolean {
  try {
    renameSync(directory, path);
    return true;
  } catch (error) {
    if (['EEXIST', 'ENOTEMPTY', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return false;
    throw error;
  }
}

/** Gives an empty new image its size, with its blocks reserved as asked. */
export async function allocate(disk: string, size: Bytes, preallocation: Preallocation): Promise<void> {
  // QEMU takes no part where nothing is to be reserved: a sparse file is one system call.
  if (preallocation === 'off') truncateSync(disk, size);
  else await createRaw(disk, size, preallocation);
}

/** Deletes an image: it vanishes in one step, its data after that. */
export function deleteImage(image: Image): void {
  makeDirectory(`${imagesDirectory(image.mounted)}/${workDirectory}`);
  renameSync(image.directory, workPath(image.mounted, image.name));
  sweep(image.mounted, image.name);
}

function flush(path: string): void {
  const descriptor = openSync(path, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
