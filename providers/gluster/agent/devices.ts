import { closeSync, constants, openSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { mountOf, sectorSize } from '#gluster/glusterd/bricks.ts';
import { errnoOf, Failure } from '#src/errors.ts';
import { mustRun } from '#src/exec.ts';
import { parseObject, readIfThere } from '#src/files.ts';
import { mountAt, mounts } from '#src/mounts.ts';
import { usersOf } from '#src/tools/processes.ts';
import { entriesOf, statOf } from '#src/trees.ts';
import type { Bytes } from '#src/units.ts';
import { mountedAtBoot, namedInTable } from './fstab.ts';
import { makeSlot, type Slot, type SlotOffer, slotsHere } from './slots.ts';

/** A device of this node that is to become a slot of a pool. */
export interface DevicePlace {
  /** Such as /dev/sdb, or a link to it. */
  readonly device: string;
  readonly pool: string;
  /** The UUID of the file system that is made on it. */
  readonly id: string;
  /** Where that is mounted. */
  readonly directory: string;
  /** The serial numbers of disks of which everything may be deleted. */
  readonly wipe: readonly string[];
}

/** What libblkid finds on a device. */
export interface Signature {
  /** Such as `xfs`, `gpt` or `LVM2_member`. */
  readonly type: string;
  readonly uuid: string | undefined;
  readonly label: string | undefined;
}

/** mkfs.xfs makes nothing smaller. */
const least = 300 * 1024 ** 2;

/** A large disk takes seconds, and a slow one a minute: milliseconds. */
const patience = 300_000;

/** Looks at a device that is to become a slot. Nothing is written to it. */
export async function offerOfDevice(place: DevicePlace): Promise<SlotOffer> {
  const { device, pool, directory } = place;
  const nothing = { size: 0, sector: 512, fileSystem: '', isSlot: false };
  const found = blockDevice(device);
  if (found === undefined) return { problems: [`${device} is no block device`], ...nothing };
  const { path, number } = found;
  const size = sizeOf(number);
  const facts = { size: roomOn(size), sector: sectorSize(number) ?? 512, fileSystem: number };
  const slot = slotsHere().find(({ fileSystem }) => fileSystem === number);
  if (slot?.pool === pool) return { problems: [], ...facts, isSlot: true };
  // Such as a drive without a medium, which cannot be opened.
  if (size === 0) return { problems: [`${device} has no room at all`], ...facts, isSlot: false };
  const touched = [number, ...partitionsOf(number)];
  const uses = usesOf(device, path, number);
  const signatures = uses.length > 0 ? [] : await signaturesOn(path);
  const problems = [
    ...uses,
    ...(readIfThere(`/sys/dev/block/${number}/ro`)?.trim() === '1' ? [`${device} can only be read`] : []),
    ...(size < least ? [`${device} is too small for XFS`] : []),
    ...(await signatureProblems(place, path, signatures)),
    ...namedInTable((name) => touched.includes(blockDevice(name)?.number ?? ''), signatures).map(
      (line) => `${device} is in /etc/fstab: take that away first: ${line}`,
    ),
    ...placeProblems(directory),
  ];
  return { problems, ...facts, isSlot: false };
}

/**
 * Makes a device of this node a slot: with an XFS file system, which is mounted by its UUID, now and when the node
 * boots. Throws a Failure that lists all that is against it: then nothing was written.
 */
export async function makeDeviceSlot(place: DevicePlace): Promise<Slot> {
  const { device, pool, id, directory } = place;
  const { problems, isSlot } = await offerOfDevice(place);
  const found = blockDevice(device);
  if (problems.length > 0 || found === undefined)
    throw new Failure('unsupported', `${device} cannot become a slot`, { problems });
  const { path, number } = found;
  const own = slotsHere().find(({ fileSystem }) => fileSystem === number);
  if (isSlot && own !== undefined) return own;
  if ((await signaturesOn(path)).length > 0) await mustRun(['wipefs', '--all', path]);
  // It refuses a device with a signature, too. To discard all blocks can take hours.
  await mustRun(['mkfs.xfs', '-q', '-K', '-m', `uuid=${id}`, path], { timeLimit: patience });
  await mountedAtBoot(id, directory, async () => {
    await mustRun(['mount', '--types', 'xfs', '--options', 'noatime', path, directory]);
  });
  if (mountAt(directory)?.fileSystem !== number)
    throw new Failure('failed', `${device} was mounted, and is not at ${directory}`, { hint: `findmnt ${directory}` });
  return makeSlot(directory, pool);
}

/** A block device, by its own path and its major:minor; undefined when it is none. */
function blockDevice(device: string): { readonly path: string; readonly number: string } | undefined {
  try {
    const path = realpathSync(device);
    const status = statSync(path);
    return status.isBlockDevice() ? { path, number: numberOf(status.rdev) } : undefined;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** major:minor of what stat(2) tells, as makedev(3) puts them together. Linux has at most 4096 majors. */
export function numberOf(device: number): string {
  const major = Math.floor(device / 2 ** 8) & 0xfff;
  const minor = (device & 0xff) | (Math.floor(device / 2 ** 12) & 0xfff00);
  return `${major}:${minor}`;
}

function sizeOf(number: string): Bytes {
  // In units of 512 bytes, whatever the sectors of the disk are.
  return Number(readIfThere(`/sys/dev/block/${number}/size`) ?? 0) * 512;
}

/** About how much a file system on a device has room for: its log has 64 MiB to 2 GiB, as mkfs.xfs makes it. */
function roomOn(size: Bytes): Bytes {
  return Math.max(0, size - Math.min(2 * 1024 ** 3, Math.max(64 * 1024 ** 2, Math.ceil(size / 2048))));
}

/** Who uses a device, its partitions, or the disk that it is a part of, for sentences. */
function usesOf(device: string, path: string, number: string): readonly string[] {
  const family = [number, ...relativesOf(number)];
  const isOne = (other: string): boolean =>
    other.startsWith('/dev/') && family.includes(blockDevice(other)?.number ?? '');
  const point = mounts().findLast(({ fileSystem }) => family.includes(fileSystem))?.point;
  if (point !== undefined) return [`${device} is mounted: if that is its slot, name its directory: ${point}`];
  const loops = entriesOf('/sys/block').filter((name) =>
    isOne(readIfThere(`/sys/block/${name}/loop/backing_file`)?.trim() ?? ''),
  );
  const users = [...usersOf(isOne), ...loops.map((name) => `/dev/${name}`)].map(
    (user) => `${device} is in use by ${user}`,
  );
  return users.length > 0 || !isClaimed(path) ? users : [`${device} is in use, or part of something else`];
}

/** The partitions of a disk, or the disk of a partition: what is written to one changes the other. */
function relativesOf(number: string): readonly string[] {
  const directory = `/sys/dev/block/${number}`;
  const isPartition = readIfThere(`${directory}/partition`) !== undefined;
  return isPartition ? [readIfThere(`${directory}/../dev`)?.trim() ?? number] : partitionsOf(number);
}

function partitionsOf(number: string): readonly string[] {
  const directory = `/sys/dev/block/${number}`;
  const names = entriesOf(directory).filter((name) => statOf(`${directory}/${name}/partition`) !== undefined);
  return names.flatMap((name) => readIfThere(`${directory}/${name}/dev`)?.trim() ?? []);
}

/** Whether the kernel, or a process, has a device for itself: to open it alone is refused then (open(2), O_EXCL). */
function isClaimed(path: string): boolean {
  try {
    closeSync(openSync(path, constants.O_RDONLY | constants.O_EXCL));
    return false;
  } catch (error) {
    if (errnoOf(error) === 'EBUSY') return true;
    throw error;
  }
}

/** Whoever wants a disk wiped types its serial number: its name may mean another one after the next boot. */
async function signatureProblems(
  { device, wipe }: DevicePlace,
  path: string,
  signatures: readonly Signature[],
): Promise<readonly string[]> {
  if (signatures.length === 0) return [];
  const output = await mustRun(['lsblk', '--nodeps', '--noheadings', '--raw', '--paths', '--output', 'NAME,SERIAL']);
  const disks = output.split('\n').map((line) => line.trim().split(' '));
  const serial = disks.find(([name]) => name === path)?.[1] ?? '';
  const isOnly = disks.filter(([, other]) => other === serial).length === 1;
  if (serial !== '' && isOnly && wipe.includes(serial)) return [];
  const remedy = serial === '' || !isOnly ? `wipefs --all ${device}` : `add --wipe ${serial}`;
  const types = [...new Set(signatures.map(({ type }) => type))];
  return [`${device} has something on it (${types.join(', ')}): if nobody needs that, ${remedy}`];
}

/** What is on a device. */
async function signaturesOn(path: string): Promise<readonly Signature[]> {
  const output = (await mustRun(['wipefs', '--no-act', '--json', path])).trim();
  if (output === '') return [];
  const { signatures } = parseObject(output) ?? {};
  if (!Array.isArray(signatures)) throw new Failure('failed', `wipefs does not say what is on ${path}`);
  return signatures.map((found: Partial<Record<string, string | null>>) => ({
    type: found.type ?? 'unknown',
    uuid: found.uuid ?? undefined,
    label: found.label ?? undefined,
  }));
}

/** Why a new file system cannot be mounted at a directory. */
function placeProblems(directory: string): readonly string[] {
  const [root, here] = [dirname(directory), mounts()];
  const [below, above] = [statOf(root), dirname(root)];
  const outer = slotsHere().find(({ fileSystem }) => fileSystem === mountOf(root, here)?.fileSystem);
  return [
    ...(statOf(above) === undefined ? [`there is no directory ${above}`] : []),
    ...(below !== undefined && realpathSync(root) !== root ? [`${root} is a symbolic link`] : []),
    ...(outer === undefined ? [] : [`${root} lies on the slot ${outer.directory}: mount that elsewhere`]),
    ...(statOf(directory) === undefined ? [] : [`there is ${directory} already`]),
  ];
}
