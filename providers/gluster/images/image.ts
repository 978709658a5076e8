import { chmodSync, closeSync, fsyncSync, linkSync, mkdirSync, openSync, renameSync, truncateSync } from 'node:fs';
import { nameOfWriter, writerHere } from '#gluster/ganeti/this-node.ts';
import { makeLeaseFile } from '#gluster/leases/store.ts';
import type { MountedVolume } from '#gluster/node/mounts.ts';
import { errnoOf, Failure } from '#src/errors.ts';
import { makeDirectory } from '#src/files.ts';
import { isImageName } from '#src/request.ts';
import { createRaw, type Preallocation } from '#src/tools/qemu-img.ts';
import { entriesOf, inodeOf, removeTree, statOf } from '#src/trees.ts';
import type { Bytes } from '#src/units.ts';
import { type ImageMetadata, writeMetadata } from './metadata.ts';

/** The raw file behind one Ganeti disk, in a directory of its own: `disk`, `image.json` and `lease/`. */
export interface Image {
  readonly name: string;
  readonly mounted: MountedVolume;
  /** Its directory on this node. */
  readonly directory: string;
  /** Its data on this node. */
  readonly disk: string;
  /** Its data as seen from the root of the volume. */
  readonly path: string;
  /**
   * The inode of its data, as decimal digits: the same on all nodes, since Gluster makes it of the file's gfid, and never that
   * of another file. Two names with one inode are one image; one name with two inodes is two.
   */
  readonly inode: string;
  readonly size: Bytes;
  /** What it occupies on the volume. */
  readonly allocated: Bytes;
}

/** What a new image is to be. */
export interface NewContent {
  readonly size: Bytes;
  readonly metadata: ImageMetadata;
  /** Puts the data into an empty file. */
  readonly fill: (disk: string) => Promise<void>;
  /** A file on the same volume that is the data, and gets a second name: nothing is filled then. */
  readonly link?: string;
}

/** Where images are made before they appear and go before they are deleted. No image can have this name. */
const workDirectory = '.work';

/** The image of a name on a volume, or undefined. Throws a Failure of kind exists when the name means something else. */
export function readImage(mounted: MountedVolume, name: string): Image | undefined {
  const directory = `${imagesDirectory(mounted)}/${name}`;
  const disk = `${directory}/disk`;
  const found = statOf(directory);
  if (found === undefined) return undefined;
  const data = found.isDirectory() ? statOf(disk) : undefined;
  if (data?.isFile() !== true)
    throw new Failure('exists', `${name} on volume ${mounted.volume} is something else than an image`, {
      hint: `ls -la ${directory}`,
    });
  const path = `${mounted.pool.directory}/${name}/disk`;
  const [inode, size, allocated] = [inodeOf(data), Number(data.size), Number(data.blocks) * 512];
  return { name, mounted, directory, disk, path, inode, size, allocated };
}

/** The names of all images on a volume, sorted. */
export function imageNames(mounted: MountedVolume): readonly string[] {
  return entriesOf(imagesDirectory(mounted)).filter(isImageName).sort();
}

/**
 * What the images on a volume have together. With `patience`, in milliseconds, it stops counting in time and may be too
 * little. An image that cannot be looked at counts as nothing: a damaged one must not keep others from being made.
 */
export async function promisedOn(mounted: MountedVolume, { patience = Number.POSITIVE_INFINITY } = {}): Promise<Bytes> {
  const { lstat } = await import('node:fs/promises');
  const names = imageNames(mounted).values();
  const end = performance.now() + patience;
  let sum = 0;
  const count = async (): Promise<void> => {
    for (const name of names) {
      if (performance.now() > end) return;
      const found = await lstat(`${imagesDirectory(mounted)}/${name}/disk`).catch(() => undefined);
      sum += found?.size ?? 0;
    }
  };
  // Each look asks all replicas over the network: four at a time, as many as Node has threads for it, take a third.
  await Promise.all([count(), count(), count(), count()]);
  return sum;
}

/**
 * Makes an image: it is prepared out of sight and appears, complete, in one step. Returns false when something of that name appeared first; nothing of ours is left then, nor when it throws.
 * The caller holds this node's lock on the name.
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
    const size = Number(statOf(`${draft}/disk`)?.size);
    // A tool that reports success and did nothing must not leave an image behind.
    if (size !== content.size)
      throw new Failure('failed', `the new image has ${size} bytes instead of ${content.size}`);
    chmodSync(`${draft}/disk`, 0o600);
    flush(`${draft}/disk`);
    writeMetadata(draft, content.metadata);
    makeLeaseFile(draft);
    renameSync(draft, `${imagesDirectory(mounted)}/${name}`);
    return true;
  } catch (error) {
    removeTree(draft);
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

/** Deletes what killed runs of any node left of an image that never appeared, or that was being deleted. */
export function sweep(mounted: MountedVolume, name: string): void {
  for (const path of leftovers(mounted, name)) removeTree(path);
}

/** The same of this node only: what another one is making now stays. */
export function sweepOwn(mounted: MountedVolume, name: string): void {
  for (const path of leftovers(mounted, name, writerHere())) removeTree(path);
}

/** Where killed runs left something of an image that never appeared, or that was being deleted: of one writer, or of all. */
export function leftovers(mounted: MountedVolume, name: string, writer = ''): readonly string[] {
  const directory = `${imagesDirectory(mounted)}/${workDirectory}`;
  // No name of an image holds an @, so this is no other image's.
  const mine = entriesOf(directory).filter((entry) =>
    entry.startsWith(writer === '' ? `${name}@` : `${name}@${writer}@`),
  );
  return mine.map((entry) => `${directory}/${entry}`);
}

/** What is being made or deleted on a volume, or was when its maker died. */
export interface Unfinished {
  readonly image: string;
  readonly node: string;
  /** Milliseconds since somebody last did something to it. */
  readonly age: number;
  readonly allocated: Bytes;
}

/** All that is unfinished on a volume. */
export function unfinishedOn(mounted: MountedVolume): readonly Unfinished[] {
  const directory = `${imagesDirectory(mounted)}/${workDirectory}`;
  return entriesOf(directory).flatMap((entry) => {
    const [image = '', writer = ''] = entry.split('@');
    const node = nameOfWriter(writer);
    const found = [statOf(`${directory}/${entry}`), statOf(`${directory}/${entry}/disk`)];
    const touched = found.flatMap((stat) => (stat === undefined ? [] : [Number(stat.mtimeMs), Number(stat.ctimeMs)]));
    // It is gone by now.
    if (touched.length === 0) return [];
    return [{ image, node, age: Date.now() - Math.max(...touched), allocated: Number(found[1]?.blocks ?? 0) * 512 }];
  });
}

function workPath(mounted: MountedVolume, name: string): string {
  return `${imagesDirectory(mounted)}/${workDirectory}/${name}@${writerHere()}@${process.pid}`;
}

/** The directory of all images of a volume on this node. */
export function imagesDirectory(mounted: MountedVolume): string {
  return `${mounted.path}/${mounted.pool.directory}`;
}

function flush(path: string): void {
  const descriptor = openSync(path, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
