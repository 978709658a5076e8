import { writeFileSync } from 'node:fs';
import { builtinPool } from '#gluster/configuration/pool.ts';
import type { Image } from '#gluster/images/image.ts';
import type { MountedVolume } from '#gluster/node/mounts.ts';

/** A directory in the place of a mounted volume. */
export function mountedAt(path: string, volume = 'v'): MountedVolume {
  return { pool: builtinPool, volume, path, release: async () => {} };
}

/** An image of a size in a directory of its own. */
export function imageIn(directory: string, name: string, size: number): Image {
  const [disk, path] = [`${directory}/disk`, `images/${name}/disk`];
  writeFileSync(disk, 'data');
  return { name, mounted: mountedAt(directory), directory, disk, path, inode: '1', size, allocated: 0 };
}
