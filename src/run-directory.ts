import { mkdirSync } from 'node:fs';

/**
 * Everything this node knows about the storage for as long as it runs: mounts, locks and records. Empty after a boot.
 */
export const runDirectory = '/run/ganeti-gluster';

/** All volumes are mounted below this directory, and nothing else lies there. */
export const mountsDirectory = `${runDirectory}/mnt`;

/** Makes a directory below the run directory, open to root only, and returns its path. */
export function makeRunDirectory(...parts: readonly string[]): string {
  const path = [runDirectory, ...parts].join('/');
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}
