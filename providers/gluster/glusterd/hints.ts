import { statfsSync } from 'node:fs';
import type { Failure } from '#src/errors.ts';
import { mountsDirectory } from '#src/run-directory.ts';

/**
 * What to do about a failure of the system that names a file on a volume, as far as there is more to say than its
 * number.
 */
export function hintOf({ message, details: { errno } }: Pick<Failure, 'message' | 'details'>): string | undefined {
  const [point, volume] = new RegExp(`${mountsDirectory}/[^/]+/([^/']+)`).exec(message) ?? [];
  if (point === undefined || volume === undefined) return undefined;
  switch (errno) {
    case 'EROFS':
      return `gluster volume get ${volume} features.read-only; if that is off, too few bricks are there: gluster volume status ${volume}`;
    case 'EACCES':
    case 'EPERM':
      return `gluster volume get ${volume} server.root-squash: it has to be off, because every verb runs as root`;
    case 'ENOSPC':
      return inodesHint(volume, inodesOf(point));
    default:
      return undefined;
  }
}

interface Inodes {
  readonly files: number;
  readonly free: number;
}

/** That a volume lacks inodes and not bytes, which df does not show. */
export function inodesHint(volume: string, { files, free }: Inodes): string | undefined {
  // Sharding needs several for each new file. A file system that makes them as needed counts what would fit.
  if (files === 0 || free > files / 1000) return undefined;
  return `volume ${volume} has room, but ${free} of ${files} inodes are free: df -i on its bricks; remove what nobody needs`;
}

function inodesOf(point: string): Inodes {
  try {
    const { files, ffree: free } = statfsSync(point);
    return { files, free };
  } catch {
    return { files: 0, free: 0 };
  }
}
