import { answers, type Mount, mountPatience, mounts } from '#src/mounts.ts';
import { mountsDirectory } from '#src/run-directory.ts';
import { backingFile, backingFileSystem, isStillAttached, kernelUsers, loopDevicesBy } from '#src/tools/losetup.ts';
import { usersOf } from '#src/tools/processes.ts';
import { readRecord } from './records.ts';

/**
 * The loop devices of this node whose file lies below the mounts of this provider and satisfies a test. Starts no
 * process when there is none.
 *
 * Loop devices belong to the kernel and mounts to a mount namespace, so a path alone does not say whose a device is:
 * the file system does. One that does not answer cannot be asked; then the device is ours if our own mount does not
 * answer either and we remember that we attached it.
 */
export async function ownLoopDevices(test: (path: string) => boolean): Promise<readonly string[]> {
  const candidates = loopDevicesBy((path) => path.startsWith(`${mountsDirectory}/`) && test(path));
  if (candidates.length === 0) return [];
  const here = mounts().filter((mount) => mount.point.startsWith(`${mountsDirectory}/`));
  const own = await Promise.all(candidates.map((device) => isOwn(device, here)));
  return candidates.filter((_, index) => own[index]);
}

/** What uses a loop device on this node: processes that have it open, mounts and mapped devices. */
export function deviceUsers(device: string): readonly string[] {
  return [...usersOf((path) => path === device), ...kernelUsers(device)];
}

/** The name of the image whose file has a path. */
export function imageOf(path: string): string {
  return path.split('/').at(-2) ?? '';
}

async function isOwn(device: string, here: readonly Mount[]): Promise<boolean> {
  const path = backingFile(device) ?? '';
  const mount = here.findLast(({ point }) => path.startsWith(`${point}/`));
  if (mount === undefined) return false;
  const record = readRecord(imageOf(path));
  // What the kernel counts tells this attachment from all others of the machine: nobody else need be asked.
  if (record?.device === device && isStillAttached(device, record.sequence, () => false)) return true;
  const fileSystem = await backingFileSystem(device);
  if (fileSystem !== undefined) return fileSystem === mount.fileSystem;
  return record?.device === device && !(await answers(mount.point, mountPatience.short));
}
