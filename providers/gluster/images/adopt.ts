import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  truncateSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { thisNode } from '#gluster/ganeti/this-node.ts';
import { makeLeaseFile } from '#gluster/leases/store.ts';
import type { MountedVolume } from '#gluster/node/mounts.ts';
import { errnoOf, Failure } from '#src/errors.ts';
import { makeDirectory } from '#src/files.ts';
import { loopDevicesBy } from '#src/tools/losetup.ts';
import { summarize } from '#src/tools/processes.ts';
import { type Bytes, formatBytes, toBytes, toMebibytes } from '#src/units.ts';
import { imageDirectory, imagesDirectory } from './image.ts';
import { belonging, readMetadata, writeMetadata } from './metadata.ts';
import { lookAround, usersOfFile } from './users.ts';

/** A raw file on a volume that is to become an image. */
export interface Foreign {
  /** On this node. */
  readonly file: string;
  /** From the root of the volume. */
  readonly path: string;
  readonly size: Bytes;
  /** The size as an image: whole MiB. */
  readonly rounded: Bytes;
}

/** The beginnings of disk formats other than raw. */
const formats: Readonly<Record<string, string>> = {
  QFI: 'qcow2',
  KDMV: 'vmdk',
  vhdx: 'vhdx',
  conectix: 'vhd',
  QED: 'qed',
};

/**
 * Looks at a file that is to be adopted. Throws one Failure of kind invalid with all that speaks against it, and one of
 * kind busy when this node uses it, a guest of another node that has it as a file (not one that has it by libgfapi), or
 * an instance of Ganeti, as far as this node knows them.
 */
export async function examine(mounted: MountedVolume, path: string, roundUp: boolean): Promise<Foreign> {
  const file = `${mounted.path}/${path.replace(/^\/+/, '')}`;
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found === undefined) throw new Failure('missing', `there is no ${path} on volume ${mounted.volume}`);
  const size = found.size;
  const rounded = toBytes(Math.ceil(size / toBytes(1)));
  const real = realpathSync(file);
  const format = found.isFile() ? formatOf(file) : undefined;
  const problems = [
    found.isFile() ? undefined : 'it is not a regular file',
    found.isFile() && found.nlink > 1 ? `it has ${found.nlink} hard links` : undefined,
    real === file ? undefined : 'its path contains a link, .. or an empty part',
    real.startsWith(`${mounted.path}/`) ? undefined : 'it is not on that volume',
    ownerOf(mounted, real),
    found.isFile() && size === 0 ? 'it is empty' : undefined,
    size === rounded || roundUp
      ? undefined
      : `it has ${size} bytes, which is no whole MiB: --round-up makes it ${toMebibytes(rounded)} MiB`,
    format === undefined ? undefined : `it is not raw but looks like ${format}: qemu-img convert -O raw`,
  ].filter((problem) => problem !== undefined);
  if (problems.length > 0) throw new Failure('invalid', `${path} cannot become an image`, { problems });
  const inside = real.slice(mounted.path.length + 1);
  await requireUnusedFile(inside);
  await requireUnusedElsewhere(real, inside);
  return { file: real, path: inside, size, rounded };
}

/**
 * Makes an image of a file by moving it to its place: no byte is copied. The data is in one place at any time, and
 * never where drafts are swept: the directory is made first, without data, which no verb takes for an image or deletes;
 * the rename of the file completes it. Killed before that, it goes on where it was when it is called again.
 */
export function adopt(mounted: MountedVolume, name: string, { file, path, size, rounded }: Foreign): void {
  const directory = imageDirectory(mounted, name);
  if (!isUnfinished(directory)) {
    makeDirectory(imagesDirectory(mounted));
    makeImageDirectory(directory, name);
  }
  makeLeaseFile(directory);
  writeMetadata(directory, {
    ...belonging(mounted.pool),
    preallocation: 'off',
    created: new Date().toISOString(),
    createdBy: thisNode().name,
    adoptedFrom: path,
  });
  if (size < rounded) truncateSync(file, rounded);
  chmodSync(file, 0o600);
  chownSync(file, 0, 0);
  renameSync(file, `${directory}/disk`);
}

/** Whether a directory is what a killed adopt left. */
export function isUnfinished(directory: string): boolean {
  if (!existsSync(directory) || existsSync(`${directory}/disk`)) return false;
  return readMetadata(directory).adoptedFrom !== undefined;
}

function makeImageDirectory(directory: string, name: string): void {
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    throw new Failure('exists', `${name} exists already`, { hint: `gnt-gluster image info ${name}`, cause: error });
  }
}

/**
 * Why a file is somebody's already: an image of this or of another pool, with whichever directory, also one that was
 * removed or is being made. What lies beside a file says so, and not what the configuration of the day calls the
 * directory.
 */
function ownerOf(mounted: MountedVolume, file: string): string | undefined {
  if (file.startsWith(`${imagesDirectory(mounted)}/`)) return 'it is in the directory of the images already';
  const beside = ['image.json', 'lease'].find((name) => existsSync(`${dirname(file)}/${name}`));
  if (beside !== undefined) return `it is the data of an image: ${beside} lies beside it`;
  const [inside] = file.split('/').filter((part) => ['.trash', '.work', '.nodes'].includes(part));
  return inside === undefined ? undefined : `it is in a directory ${inside} of images`;
}

/** The volume may be mounted elsewhere on this node too, as by Ganeti's template gluster: the end of a path counts. */
async function requireUnusedFile(path: string): Promise<void> {
  const devices = loopDevicesBy((open) => open.endsWith(`/${path}`));
  const users = [...devices, ...usersOfFile(path, devices, await lookAround())];
  if (users.length === 0) return;
  throw new Failure('busy', `${path} is in use by ${summarize(users)}`, { hint: 'shut its instance down first' });
}

async function requireUnusedElsewhere(file: string, path: string): Promise<void> {
  const { ownerOfFile } = await import('#gluster/ganeti/disks.ts');
  const owner = ownerOfFile(path);
  if (owner !== undefined)
    throw new Failure('busy', `${path} is a disk of instance ${owner}`, {
      hint: `gnt-instance shutdown ${owner}; gnt-instance modify --disk NUMBER:detach ${owner}`,
    });
  const { isLockedByQemu } = await import('#src/tools/qemu-img.ts');
  if (await isLockedByQemu(file))
    throw new Failure('busy', `${path} is in use by a guest of another node`, {
      hint: 'shut its instance down first',
    });
}

function formatOf(file: string): string | undefined {
  const start = Buffer.alloc(8);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, start, 0, start.length, 0);
  } finally {
    closeSync(descriptor);
  }
  return Object.entries(formats).find(([magic]) => start.toString('latin1').startsWith(magic))?.[1];
}

/** For people: `1 GiB`, and what it becomes if that is something else. */
export function sizes({ size, rounded }: Foreign): string {
  return size === rounded ? formatBytes(size) : `${size} bytes, then ${formatBytes(rounded)}`;
}
