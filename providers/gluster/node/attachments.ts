import { backingFile, backingInode, deviceSequence } from '#src/tools/losetup.ts';
import type { Bytes } from '#src/units.ts';
import { imageOf, ownLoopDevices } from './loops.ts';
import { mountPoint } from './mount-points.ts';
import { type ImageRecord, readRecord, recordedNames } from './records.ts';

/** The file that is an image now. */
export interface ImageFile {
  readonly name: string;
  /** Its path on this node. */
  readonly disk: string;
  readonly inode: string;
  readonly size: Bytes;
}

/**
 * A loop device of this node that is attached to a file of an image. Which file that is, its inode says and nothing
 * else: the kernel goes on showing the path of one that another node removed or replaced, without a word.
 */
export interface Attachment {
  readonly device: string;
  /**
   * As decimal digits. undefined: the file system does not tell, because the file is gone or the volume does not
   * answer.
   */
  readonly inode: string | undefined;
}

/** An image that is attached on this node, as far as its record and the kernel agree. Starts no process. */
export interface AttachedRecord extends ImageRecord {
  readonly device: string;
}

/**
 * The record of an image when the kernel confirms that it is attached as the record says; else undefined. It touches no
 * file of the volume: one that hangs must not hang attach. So it cannot tell that another node removed or replaced the
 * image.
 */
export function attachedRecord(name: string): AttachedRecord | undefined {
  const record = readRecord(name);
  if (record?.device === undefined) return undefined;
  const { device, sequence } = record;
  const file = backingFile(device);
  // The path changes when the image is moved, by another node or by hand, and this node meets it at its new place.
  if (sequence !== undefined)
    return file !== undefined && deviceSequence(device) === sequence ? { ...record, device } : undefined;
  // The kernel leaves the mount point out of the path once somebody unmounted it lazily; the device still works.
  const paths = [`${mountPoint(record.pool, record.volume)}/${record.path}`, `/${record.path}`];
  return file !== undefined && paths.includes(file) ? { ...record, device } : undefined;
}

/** What this node has of an image. */
export interface Here {
  readonly name: string;
  /** What this node remembers. */
  readonly record: ImageRecord | undefined;
  /** The loop devices that the image is attached to; one as a rule. */
  readonly attachments: readonly Attachment[];
}

/**
 * Looks once at all that this node has of an image. Starts no process when there is nothing, or what the kernel
 * confirms; and touches no file of a volume.
 */
export async function lookHere(name: string): Promise<Here> {
  return { name, record: readRecord(name), attachments: await attachmentsOf(name) };
}

/** The loop devices of this node that an image is attached to; one as a rule. Starts no process when there is none. */
export async function attachedDevices(name: string): Promise<readonly string[]> {
  const own = await ownLoopDevices((path) => path.endsWith(`/${name}/disk`));
  const remembered = attachedRecord(name)?.device;
  return remembered === undefined || own.includes(remembered) ? own : [remembered, ...own];
}

/** The same with the file that each device has. */
export async function attachmentsOf(name: string): Promise<readonly Attachment[]> {
  return await Promise.all((await attachedDevices(name)).map((device) => attachmentAt(device, name)));
}

/** The attachments of all images of this node, by the names of the images: one look for any number of them. */
export async function allAttachments(): Promise<ReadonlyMap<string, readonly Attachment[]>> {
  const own = (await ownLoopDevices(() => true)).map((device) => [device, imageOf(backingFile(device) ?? '')] as const);
  const remembered = recordedNames().flatMap((name) => {
    const device = attachedRecord(name)?.device;
    return device === undefined ? [] : [[device, name] as const];
  });
  const found = await Promise.all(
    [...new Map([...own, ...remembered])].map(async ([device, name]) => ({
      name,
      ...(await attachmentAt(device, name)),
    })),
  );
  return Map.groupBy(found, ({ name }) => name);
}

async function attachmentAt(device: string, name: string): Promise<Attachment> {
  const record = attachedRecord(name);
  const known = record?.device === device ? record.inode : undefined;
  return { device, inode: known ?? (await backingInode(device)) };
}

/**
 * Whether a device has another file than the one that is the image now: all that a guest writes to it would be lost.
 */
export function isStale({ inode }: Attachment, image: Pick<ImageFile, 'inode'>): boolean {
  return inode !== image.inode;
}
