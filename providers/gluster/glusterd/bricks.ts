import { readIfThere } from '#src/files.ts';
import { type Mount, mounts } from '#src/mounts.ts';
import { entriesOf } from '#src/trees.ts';
import type { Bytes } from '#src/units.ts';

/** Where a glusterd keeps what it knows of every volume of its peers (glusterd-store.h of GlusterFS). */
const volumesDirectory = '/var/lib/glusterd/vols';

/**
 * The bricks of a volume on this node that pass direct requests on to devices with sectors larger than a size; none
 * where the volume has them use the page cache, and on a node without bricks. Asks no glusterd.
 *
 * Those of another node are not seen: each node tells of its own.
 */
export function bricksWithLargerSectors(volume: string, size: Bytes): readonly string[] {
  const directory = `${volumesDirectory}/${volume}`;
  if (usesPageCache(readIfThere(`${directory}/info`) ?? '')) return [];
  const paths = entriesOf(`${directory}/bricks`).flatMap(
    (entry) => brickPath(readIfThere(`${directory}/bricks/${entry}`) ?? '') ?? [],
  );
  const here = mounts();
  // Bricks of several nodes mostly have one path, and this node has no more than one directory there.
  return [...new Set(paths)].filter((path) => (sectorSize(fileSystemOf(path, here)) ?? 0) > size);
}

/** Whether clients of a volume take O_DIRECT away from what they ask the bricks for, as its file `info` says. */
export function usesPageCache(info: string): boolean {
  return /^network\.remote-dio=(enable|on|yes|true|1)$/m.test(info);
}

/** The directory of a brick, from the file that glusterd has for it. */
export function brickPath(text: string): string | undefined {
  return /^path=(\/.+)$/m.exec(text)?.[1];
}

/** What a path lies on, among what is mounted in this order; / counts as nothing. The path need not be there. */
export function mountOf(path: string, here: readonly Mount[]): Mount | undefined {
  const above = here.filter(({ point }) => point !== '/' && (path === point || path.startsWith(`${point}/`)));
  const longest = Math.max(...above.map(({ point }) => point.length));
  return above.findLast(({ point }) => point.length === longest);
}

/** major:minor of the file system that a path lies on. */
export function fileSystemOf(path: string, here: readonly Mount[]): string | undefined {
  return mountOf(path, here)?.fileSystem;
}

/**
 * The logical sector size of a block device; a partition has that of its disk. undefined for what is no block device.
 */
export function sectorSize(device: string | undefined): Bytes | undefined {
  if (device === undefined) return undefined;
  const directory = `/sys/dev/block/${device}`;
  const value = ['queue', '../queue'].map((queue) => readIfThere(`${directory}/${queue}/logical_block_size`));
  const found = value.find((text) => text !== undefined);
  return found === undefined ? undefined : Number(found);
}
