import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { errnoOf } from '#src/errors.ts';
import { type Mount, mountAt, mounts, unmount } from '#src/mounts.ts';
import { mountsDirectory } from '#src/run-directory.ts';
import { backingFile, loopDevicesBy } from '#src/tools/losetup.ts';
import { isRunning } from '#src/tools/processes.ts';
import { imageOf } from './loops.ts';
import { forgetMount } from './mount-memory.ts';
import { readRecord } from './records.ts';

/** Where a volume is mounted on this node. The pool is part of it: two clusters may have volumes of one name. */
export function mountPoint(pool: string, volume: string): string {
  return `${mountsDirectory}/${pool}/${volume}`;
}

/** Whether a volume is mounted now, as the kernel says; a dead mount counts. Starts no process. */
export function isMounted(pool: string, volume: string): boolean {
  return mountAt(mountPoint(pool, volume))?.type === 'fuse.glusterfs';
}

/**
 * Whether the FUSE client of a mount is there. One that does not answer but runs has lost its bricks, and is as before
 * when they are back; a mount whose client died never answers again.
 */
export function clientRuns(point: string): boolean {
  return isRunning('glusterfs', point);
}

/** O_PATH of open(2), on the processors that Node runs on. */
const pathOnly = 0x20_0000;

/**
 * Opens the root of a volume as a place in the tree of this node: that keeps it from being unmounted, and asks the
 * volume nothing. undefined when another mount is there by now, or none.
 */
export function hold(mount: Mount | undefined): number | undefined {
  const descriptor = mount?.type === 'fuse.glusterfs' ? openPlace(mount.point) : undefined;
  if (descriptor === undefined || mountIdOf(descriptor) === mount?.id) return descriptor;
  closeSync(descriptor);
  return undefined;
}

function openPlace(directory: string): number | undefined {
  try {
    return openSync(directory, pathOnly | constants.O_DIRECTORY);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** On which mount an open file is: see proc_pid_fdinfo(5). */
function mountIdOf(descriptor: number): number {
  return Number(/^mnt_id:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1]);
}

/**
 * Unmounts a volume that nothing on this node uses; the kernel is the judge, so it is safe at any time. False when it
 * is still mounted. Starts no process when an image of it is attached.
 */
export async function unmountIfIdle(pool: string, volume: string): Promise<boolean> {
  const point = mountPoint(pool, volume);
  if (!isMounted(pool, volume)) return true;
  if (carriesDevice(point) || !(await unmount(point))) return false;
  forgetMount(pool, volume);
  return true;
}

/** Where this node has volumes mounted, whatever the configuration says now. */
export function mountedVolumes(): readonly { readonly pool: string; readonly volume: string }[] {
  const points = mounts().filter(
    ({ point, type }) => type === 'fuse.glusterfs' && point.startsWith(`${mountsDirectory}/`),
  );
  return points.flatMap(({ point }) => {
    const [pool, volume, ...more] = point.slice(mountsDirectory.length + 1).split('/');
    return pool === undefined || volume === undefined || more.length > 0 ? [] : [{ pool, volume }];
  });
}

/** Whether an image on a mount is attached, as far as records and the kernel tell. */
function carriesDevice(point: string): boolean {
  const devices = loopDevicesBy((path) => path.startsWith(`${point}/`));
  return devices.some((device) => {
    const file = backingFile(device);
    // Another verb may have detached it since.
    return file !== undefined && readRecord(imageOf(file))?.device === device;
  });
}
