import { readdirSync, readFileSync } from 'node:fs';
import { Failure } from '../errors.ts';
import { mustRun, run } from '../exec.ts';
import { parseObject, readIfThere } from '../files.ts';
import type { Bytes } from '../units.ts';
import { mounts } from './mount.ts';

export interface LoopDevice {
  /** Such as /dev/loop3. */
  readonly device: string;
  readonly backingFile: string;
  /** major:minor of the file system the backing file is on; tells apart equal paths of different mount namespaces. */
  readonly fileSystem: string;
}

/** The file behind a loop device as the kernel names it, or undefined when nothing is attached. Starts no process. */
export function backingFile(device: string): string | undefined {
  const name = device.slice('/dev/'.length);
  return readIfThere(`/sys/block/${name}/loop/backing_file`)?.trimEnd();
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

/** All loop devices with the file system of their backing file. Starts losetup: no file of the kernel tells that. */
export async function listLoopDevices(): Promise<readonly LoopDevice[]> {
  return parseLoopDevices(await mustRun(['losetup', '--list', '--json', '--output', 'NAME,BACK-FILE,BACK-MAJ:MIN']));
}

/** Reads the JSON of losetup --list. Nothing at all is printed when there is no loop device. */
export function parseLoopDevices(json: string): readonly LoopDevice[] {
  const rows = parseObject(json.trim() === '' ? '{"loopdevices":[]}' : json)?.loopdevices;
  if (!Array.isArray(rows)) throw new Failure('failed', 'losetup printed something that is not its list of devices');
  return rows.map((row: Readonly<Record<string, unknown>>) => ({
    device: String(row.name),
    backingFile: String(row['back-file']),
    fileSystem: String(row['back-maj:min']).trim(),
  }));
}

/**
 * Attaches a file to a free loop device and returns it. Afterwards the device has the file's size, bypasses the page
 * cache (two caches would show stale data after a migration) and has sectors of 512 bytes, which is what the partition
 * table of a guest is written for, whatever a newer kernel would choose.
 */
export async function attachLoopDevice(file: string, size: Bytes): Promise<string> {
  const printed = await mustRun(['losetup', '--find', '--show', '--direct-io=on', '--sector-size', '512', file]);
  const device = printed.trim();
  const wrong = [
    deviceSize(device) === size ? undefined : `has ${deviceSize(device)} bytes instead of ${size}`,
    queueValue(device, 'logical_block_size') === '512' ? undefined : 'does not have sectors of 512 bytes',
    readIfThere(`/sys/block/${device.slice(5)}/loop/dio`)?.trim() === '1'
      ? undefined
      : 'does not bypass the page cache',
  ].filter((problem) => problem !== undefined);
  if (wrong.length === 0) return device;
  await run(['losetup', '--detach', device]);
  throw new Failure('failed', `the loop device of ${file} ${wrong.join(', ')}`);
}

/** Asks the kernel to give a loop device up; it does so once nobody has it open. */
export async function detachLoopDevice(device: string): Promise<void> {
  const result = await run(['losetup', '--detach', device]);
  // Gone already is as good as gone now; anything else shows in the effect, which the caller checks.
  if (result.exitCode !== 0 && backingFile(device) !== undefined)
    throw new Failure('failed', `losetup could not detach ${device}`, {
      command: { argv: result.argv, outcome: `exit status ${result.exitCode}`, output: result.stderr },
    });
}

/** Makes a loop device as large as its file is now. */
export async function refreshLoopDevice(device: string): Promise<void> {
  await mustRun(['losetup', '--set-capacity', device]);
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
