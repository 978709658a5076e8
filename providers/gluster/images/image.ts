import type { MountedVolume } from '#gluster/node/mounts.ts';
import { Failure } from '#src/errors.ts';
import { isImageName } from '#src/request.ts';
import { entriesOf, inodeOf, statOf } from '#src/trees.ts';
import type { Bytes } from '#src/units.ts';

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
   * The inode of its data, as decimal digits: the same on all nodes, since Gluster makes it of the file's gfid, and
   * never that of another file. Two names with one inode are one image; one name with two inodes is two.
   */
  readonly inode: string;
  readonly size: Bytes;
  /** What it occupies on the volume. */
  readonly allocated: Bytes;
}

/**
 * The image of a name on a volume, or undefined. Throws a Failure of kind exists when the name means something else.
 */
export function readImage(mounted: MountedVolume, name: string): Image | undefined {
  const directory = imageDirectory(mounted, name);
  const disk = `${directory}/disk`;
  const found = statOf(directory);
  if (found === undefined) return undefined;
  const data = found.isDirectory() ? statOf(disk) : undefined;
  if (data?.isFile() !== true)
    throw new Failure('exists', `${name} on volume ${mounted.volume} is not an image`, {
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

/** Where an image of a name is on a volume, if it is there. */
export function imageDirectory(mounted: MountedVolume, name: string): string {
  return `${imagesDirectory(mounted)}/${name}`;
}

/** The directory of all images of a volume on this node. */
export function imagesDirectory(mounted: MountedVolume): string {
  return `${mounted.path}/${mounted.pool.directory}`;
}
