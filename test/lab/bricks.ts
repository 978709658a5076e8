import { existsSync, mkdirSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Failure } from '#src/errors.ts';
import type { LabNode } from './node.ts';
import { mustRun, run } from './process.ts';

/** mkfs.xfs makes nothing smaller. */
const smallestBrickMebibytes = 300;

/** What the device of a brick has sectors of, in bytes. */
export type SectorSize = 512 | 4096;

/** Makes the sparse file of a brick with XFS on it; a node mounts all of its files at /bricks/NAME when it boots. */
export async function makeBrickFile(
  node: LabNode,
  name: string,
  mebibytes: number,
  sectorSize: SectorSize = 512,
): Promise<string> {
  if (mebibytes < smallestBrickMebibytes) {
    throw new Failure('usage', `a brick has ${smallestBrickMebibytes} MiB or more`);
  }
  const file = brickFile(node, name);
  if (existsSync(file)) throw new Failure('exists', `${node.name} has a brick ${name} already`);
  mkdirSync(`${node.directory}/bricks`, { recursive: true, mode: 0o700 });
  // Until it is complete it must not be taken for a brick by a node that boots.
  const unfinished = `${file}.new`;
  writeFileSync(unfinished, '', { mode: 0o600 });
  truncateSync(unfinished, mebibytes * 1024 * 1024);
  await mustRun(['mkfs.xfs', '-q', '-f', '-s', `size=${sectorSize}`, unfinished], {
    marker: dirname(node.directory),
  });
  renameSync(unfinished, file);
  return file;
}

/**
 * Gives a running node one more brick. Returns the directory a Gluster volume may use. Until the node boots again the
 * device has sectors of that size: `mount -o loop` makes them 512 bytes.
 */
export async function addBrick(
  node: LabNode,
  name: string,
  mebibytes: number,
  sectorSize: SectorSize = 512,
): Promise<string> {
  const file = await makeBrickFile(node, name, mebibytes, sectorSize);
  // The node does not see the file, but it does see the machine's devices.
  const options = ['--find', '--show', '--sector-size', String(sectorSize)];
  const device = (await mustRun(['losetup', ...options, file])).trim();
  try {
    await node.exec(['mkdir', '-p', `/bricks/${name}`]);
    await node.exec(['mount', '-o', 'discard,noatime', device, `/bricks/${name}`]);
  } finally {
    // The mount holds it from here: it goes when the mount goes.
    await run(['losetup', '-d', device]);
  }
  return brickDirectory(name);
}

/** Gives a running node one more file system, mounted at a directory that becomes a slot. */
export async function addSlot(node: LabNode, name: string, mebibytes: number): Promise<void> {
  await addBrick(node, name, mebibytes);
  await node.exec(['mkdir', '-p', `/srv/gluster/${name}`]);
  await node.exec(['mount', '--move', `/bricks/${name}`, `/srv/gluster/${name}`]);
}

/**
 * Attaches an empty disk to the machine, which all nodes see, while something is done with it. What is mounted of it
 * then stays until it is unmounted.
 */
export async function withDisk(
  node: LabNode,
  name: string,
  mebibytes: number,
  use: (device: string) => Promise<void>,
): Promise<void> {
  const directory = `${node.directory}/disks`;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = `${directory}/${name}.img`;
  writeFileSync(file, '', { mode: 0o600 });
  truncateSync(file, mebibytes * 1024 * 1024);
  const device = (await mustRun(['losetup', '--find', '--show', file])).trim();
  try {
    await use(device);
  } finally {
    await run(['losetup', '-d', device]);
  }
}

/** A subdirectory: when the file system is not mounted, the brick is missing instead of empty. */
export function brickDirectory(name: string): string {
  return `/bricks/${name}/brick`;
}

function brickFile(node: LabNode, name: string): string {
  return `${node.directory}/bricks/${name}.img`;
}
