import { commandFailed, mustRun, run } from '../exec.ts';
import type { Bytes } from '../units.ts';

/** How the blocks of an image are reserved: not at all, reserved, or written with zeros. */
export const preallocations = ['off', 'falloc', 'full'] as const;

export type Preallocation = (typeof preallocations)[number];

/** How blocks are reserved when they are. */
type Reserving = Exclude<Preallocation, 'off'>;

/** Copies and zero-filling take as long as the disk is large: 24 days, about the longest a Node timer can wait. */
const work = { timeLimit: 24 * 24 * 3600 * 1000, diesWithUs: true };

/** Makes a raw file of a size with its blocks reserved. Truncates what was there. */
export async function createRaw(path: string, size: Bytes, preallocation: Reserving): Promise<void> {
  await mustRun(['qemu-img', 'create', '-q', '-f', 'raw', '-o', 'preallocation=falloc', path, String(size)], work);
  if (preallocation === 'full') await writeZeros(path, 0, size);
}

/**
 * Makes a raw file larger, from one size to another, with the new blocks reserved. QEMU's own locks are left out: the
 * file may be a guest's disk.
 */
export async function growRaw(path: string, from: Bytes, to: Bytes, preallocation: Reserving): Promise<void> {
  const resize = ['qemu-img', 'resize', '-q', '--preallocation=falloc', '--image-opts', rawFile(path), String(to)];
  await mustRun(resize, work);
  if (preallocation === 'full') await writeZeros(path, from, to);
}

/**
 * Writes zeros into reserved blocks. They are reserved first, and QEMU's own `preallocation=full` is not used, because
 * XFS gives a file that grows by being written up to twice its size for some minutes, and on a brick that is room of
 * others.
 */
async function writeZeros(path: string, from: Bytes, to: Bytes): Promise<void> {
  const part = ['oflag=seek_bytes', 'iflag=count_bytes', `seek=${from}`, `count=${to - from}`];
  const argv = ['dd', 'if=/dev/zero', `of=${path}`, 'bs=1M', ...part, 'conv=notrunc,fsync', 'status=none'];
  await mustRun(argv, work);
}

/**
 * Copies a raw file into an existing empty file of the same size, leaving holes where the source has zeros, and
 * compares the two. It is a copy through this node: the copy offload of Gluster (copy_file_range) silently fills one
 * brick of a replica set only, so `-C` must never be given.
 */
export async function copyRaw(source: string, target: string): Promise<void> {
  const convert = ['qemu-img', 'convert', '-n', '--target-is-zero', '-S', '64k', '-t', 'none', '-T', 'none'];
  const files = ['--image-opts', '--target-image-opts', rawFile(source), rawFile(target)];
  await mustRun([...convert, ...files], work);
  const compare = ['qemu-img', 'compare', '-q', '-T', 'none', '--image-opts', rawFile(source), rawFile(target)];
  await mustRun(compare, work);
}

/**
 * Whether a QEMU has a raw file open for writing, on any node that has the file by POSIX: it locks its images, and
 * Gluster tells locks to all clients of a volume. One that has the file by libgfapi or through a loop device locks
 * nothing.
 */
export async function isLockedByQemu(path: string): Promise<boolean> {
  const result = await run(['qemu-io', '-f', 'raw', '-c', 'quit', path]);
  if (result.exitCode === 0) return false;
  if (/Failed to get .* lock/.test(result.stderr)) return true;
  throw commandFailed(result);
}

function rawFile(path: string): string {
  // A comma separates options and is doubled to be part of a value.
  return `driver=raw,file.driver=file,file.locking=off,file.filename=${path.replaceAll(',', ',,')}`;
}
