import { closeSync, fsyncSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { errnoOf, Failure } from '../errors.ts';
import { type CommandResult, commandFailed, runPlain } from '../exec.ts';
import { parseObject, readIfThere } from '../files.ts';
import { mounts } from '../mounts.ts';
import { quote } from '../quote.ts';
import type { Bytes } from '../units.ts';

/**
 * The path of the file behind a loop device as the kernel names it, or undefined when nothing is attached. Whether the
 * file is still there it does not tell: the kernel says of some that are gone that they are deleted, namely of those
 * that this node removed, and of others nothing. Starts no process.
 */
export function backingFile(device: string): string | undefined {
  const name = device.slice('/dev/'.length);
  return readIfThere(`/sys/block/${name}/loop/backing_file`)
    ?.trimEnd()
    .replace(/ \(deleted\)$/, '');
}

/** The loop devices whose backing file satisfies a test, by path alone. Starts no process. */
export function loopDevicesBy(test: (path: string) => boolean): readonly string[] {
  const devices = readdirSync('/sys/block')
    .filter((name) => name.startsWith('loop'))
    .map((name) => `/dev/${name}`);
  return devices.filter((device) => {
    const path = backingFile(device);
    return path !== undefined && test(path);
  });
}

/**
 * major:minor of the file system that the file behind a loop device is on; undefined when that file system does not
 * answer within a time limit. It tells apart equal paths of different mount namespaces. Starts losetup, for one device:
 * a listing of all would hang with any one FUSE file system that hangs.
 */
export async function backingFileSystem(device: string): Promise<string | undefined> {
  const argv = ['losetup', '--list', '--json', '--output', 'BACK-MAJ:MIN', device];
  const result = await runPlain(argv, { timeLimit: 2000 });
  return result.exitCode === 0 ? parseBackingFileSystem(result.stdout) : undefined;
}

/** Reads the JSON of losetup --list for one device; its field is null where the file cannot be asked. */
export function parseBackingFileSystem(json: string): string | undefined {
  const rows = parseObject(json)?.loopdevices;
  if (!Array.isArray(rows)) return undefined;
  const [row]: readonly unknown[] = rows;
  if (typeof row !== 'object' || row === null) return undefined;
  const value = Object.entries(row).find(([name]) => name === 'back-maj:min')?.[1];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/**
 * The inode of the file behind a loop device, as decimal digits: it tells what the device is of, also where the path
 * that the kernel shows leads to another file by now. undefined when the file system does not answer within a time
 * limit, or says that the file is gone. Starts losetup.
 */
export async function backingInode(device: string): Promise<string | undefined> {
  const result = await runPlain(['losetup', '--list', '--json', '--output', 'BACK-INO', device], { timeLimit: 5000 });
  return result.exitCode === 0 ? parseBackingInode(result.stdout) : undefined;
}

/**
 * Reads the JSON of losetup --list for one device. Not as JSON: an inode of Gluster has more digits than a number
 * keeps.
 */
export function parseBackingInode(json: string): string | undefined {
  return /"back-ino":\s*"?([0-9]+)"?/.exec(json)?.[1];
}

/**
 * What tells one attachment of a loop device from all others: the kernel counts it up for every file that a device gets
 * or gives up (diskseq of Linux 5.15, inc_diskseq of block/genhd.c). undefined on older kernels. Starts no process.
 */
export function deviceSequence(device: string): string | undefined {
  return readIfThere(`/sys/block/${device.slice('/dev/'.length)}/diskseq`)?.trim();
}

/**
 * Whether a device has the file that it had when its sequence was read. Where there is no sequence the path of its file
 * has to do, which changes when the file is moved. Starts no process.
 */
export function isStillAttached(
  device: string,
  sequence: string | undefined,
  isItsPath: (path: string) => boolean,
): boolean {
  const file = backingFile(device);
  if (file === undefined) return false;
  return sequence === undefined ? isItsPath(file) : deviceSequence(device) === sequence;
}

/**
 * Attaches a file to a free loop device and returns it. Afterwards the device has the file's size, bypasses the page
 * cache (two caches would show stale data after a migration) and has sectors of 512 bytes, which is what the partition
 * table of a guest is written for, whatever a newer kernel would choose. It never is /dev/loop0, whose minor number 0
 * means "not attached" to Ganeti (`if not self.minor` in lib/storage/extstorage.py). Throws a Failure of kind
 * unavailable when the file can only be read.
 */
export async function attachLoopDevice(file: string, size: Bytes): Promise<string> {
  requireWritable(file);
  const other = otherThanFirst();
  const attached = other === undefined ? undefined : await attachTo(other, file);
  if (attached?.exitCode === 0) return await checked(attached, file, size);
  // Somebody else took it, or it is not in this /dev.
  const found = await checked(await attachTo('--find', file), file, size);
  if (found !== '/dev/loop0') return found;
  try {
    return await checked(await attachTo('--find', file), file, size);
  } finally {
    await detachLoopDevice(found);
  }
}

/** A free device where /dev/loop0 is free, which losetup would take: to attach twice makes all round trips twice. */
function otherThanFirst(): string | undefined {
  const isFree = (device: string): boolean => backingFile(device) === undefined;
  if (!isFree('/dev/loop0')) return undefined;
  const names = readdirSync('/sys/block').filter((name) => /^loop[1-9]/.test(name));
  return names.map((name) => `/dev/${name}`).find(isFree);
}

async function attachTo(place: string, file: string): Promise<CommandResult> {
  return await runPlain(['losetup', '--show', '--direct-io=on', '--sector-size', '512', place, file]);
}

async function checked(result: CommandResult, file: string, size: Bytes): Promise<string> {
  if (result.exitCode !== 0) throw notAttached(result);
  const device = result.stdout.trim();
  if (!/^\/dev\/loop[0-9]+$/.test(device) || backingFile(device) !== file)
    throw new Failure('failed', `losetup did not attach ${file} and says ${quote(device)}`);
  const wrong = [
    deviceSize(device) === size ? undefined : `has ${deviceSize(device)} bytes instead of ${size}`,
    queueValue(device, 'logical_block_size') === '512' ? undefined : 'does not have sectors of 512 bytes',
    readIfThere(`/sys/block/${device.slice(5)}/loop/dio`)?.trim() === '1'
      ? undefined
      : 'does not bypass the page cache',
  ].filter((problem) => problem !== undefined);
  if (wrong.length === 0) return device;
  await runPlain(['losetup', '--detach', device]);
  throw new Failure('failed', `the loop device of ${file} ${wrong.join(', ')}`);
}

/** Throws when a file cannot be written. Gluster opens it all the same, and refuses what comes then. */
function requireWritable(file: string): void {
  const descriptor = openSync(file, 'r+');
  try {
    fsyncSync(descriptor);
  } catch (error) {
    const errno = errnoOf(error);
    const details = { cause: error, ...(errno === undefined ? {} : { errno }) };
    throw new Failure(
      'unavailable',
      `${file} can only be read: ${error instanceof Error ? error.message : error}`,
      details,
    );
  } finally {
    closeSync(descriptor);
  }
}

function notAttached(result: CommandResult): Failure {
  const failed = commandFailed(result);
  if (!/unused loop device|free loop device/.test(result.stderr)) return failed;
  return new Failure('failed', 'this node has no free loop device', {
    ...failed.details,
    hint: 'losetup --list; cat /sys/module/loop/parameters/max_loop: unless that is 0, boot with a larger max_loop=NUMBER',
  });
}

/** Asks the kernel to give a loop device up; it does so once nobody has it open. */
export async function detachLoopDevice(device: string): Promise<void> {
  const result = await runPlain(['losetup', '--detach', device]);
  // Gone already is as good as gone now; anything else shows in the effect, which the caller checks.
  if (result.exitCode !== 0 && backingFile(device) !== undefined)
    throw new Failure('failed', `losetup could not detach ${device}`, {
      command: { argv: result.argv, outcome: `exit status ${result.exitCode}`, output: result.stderr },
    });
}

/** Makes a loop device as large as its file is now. */
export async function refreshLoopDevice(device: string): Promise<void> {
  const result = await runPlain(['losetup', '--set-capacity', device]);
  if (result.exitCode !== 0) throw commandFailed(result);
}

/** The size of a block device in bytes. */
export function deviceSize(device: string): Bytes {
  // /sys counts sectors of 512 bytes whatever the device's own sector size is.
  return Number(readFileSync(`/sys/block/${device.slice('/dev/'.length)}/size`, 'utf8')) * 512;
}

/** What the kernel itself does with a block device or its partitions: mounted file systems and mapped devices. */
export function kernelUsers(device: string): readonly string[] {
  const name = device.slice('/dev/'.length);
  const directory = `/sys/block/${name}`;
  const partitions = readdirSync(directory).filter((entry) => entry.startsWith(`${name}p`));
  const parts = [directory, ...partitions.map((partition) => `${directory}/${partition}`)];
  const numbers = parts.map((part) => readIfThere(`${part}/dev`)?.trim());
  const mounted = mounts().filter((mount) => numbers.includes(mount.fileSystem));
  const held = parts.flatMap((part) => readdirSync(`${part}/holders`));
  return [...mounted.map((mount) => `the mount at ${mount.point}`), ...held.map((holder) => `/dev/${holder}`)];
}

function queueValue(device: string, name: string): string | undefined {
  return readIfThere(`/sys/block/${device.slice('/dev/'.length)}/queue/${name}`)?.trim();
}
