import type { GanetiDisk } from '#gluster/ganeti/disks.ts';
import { Failure } from '#src/errors.ts';
import { type Bytes, toBytes } from '#src/units.ts';

/** What is known of an image when it is compared with Ganeti's disks. */
export interface Candidate {
  readonly name: string;
  /** The UUID of the Ganeti disk it was made for. */
  readonly uuid: string | undefined;
}

/** Why an orphan is not moved into the trash. */
export interface Circumstances {
  /** Milliseconds since it was made or came to its place. */
  readonly age: number;
  /** What it is attached to, or which processes use it, on this node. */
  readonly users: readonly string[];
  /** The nodes that have a lease of it, dead ones too. */
  readonly leases: readonly string[];
}

/** What whyKept says of an image that Ganeti may be about to know. */
export const tooYoung = 'too young';

/**
 * The images that no Ganeti disk refers to, by name or by UUID. Throws a Failure of kind failed when Ganeti knows no
 * disk at all while there are images: a cluster that lost its configuration must not lose its disks as well.
 */
export function orphansOf<Image extends Candidate>(
  images: readonly Image[],
  disks: readonly GanetiDisk[],
): readonly Image[] {
  if (disks.length === 0 && images.length > 0)
    throw new Failure(
      'failed',
      `Ganeti reports no ext disk at all; refusing to treat all ${images.length} images as orphans`,
      {
        hint: 'gnt-gluster image list; if nobody needs one: gnt-gluster image remove NAME',
      },
    );
  return images.filter((image) => !disks.some((disk) => isImageOf(image, disk)));
}

/** Whether a disk of Ganeti refers to an image, by name or by UUID. */
export function isImageOf({ name, uuid }: Candidate, disk: GanetiDisk): boolean {
  return disk.image === name || disk.uuid === uuid;
}

/** The disks of a provider whose image is on none of its volumes. */
export function withoutImage(
  disks: readonly GanetiDisk[],
  provider: string,
  images: readonly Candidate[],
): readonly GanetiDisk[] {
  const names = new Set(images.map(({ name }) => name));
  return disks.filter((disk) => disk.provider === provider && !names.has(disk.image));
}

/** A disk that Ganeti believes to have another size than its image has. */
export interface OtherSize {
  readonly disk: GanetiDisk;
  readonly size: Bytes;
}

/** The disks of a provider whose size, as Ganeti believes, is not that of their image. */
export function ofOtherSize(
  disks: readonly GanetiDisk[],
  provider: string,
  images: readonly { readonly name: string; readonly size: Bytes }[],
): readonly OtherSize[] {
  const sizes = new Map(images.map(({ name, size }) => [name, size]));
  return disks.flatMap((disk) => {
    const size = sizes.get(disk.image);
    if (disk.provider !== provider || disk.size === undefined || size === undefined) return [];
    return size === toBytes(disk.size) ? [] : [{ disk, size }];
  });
}

/** Why an orphan must stay where it is, or undefined. */
export function whyKept({ age, users, leases }: Circumstances, olderThan: number): string | undefined {
  if (users.length > 0) return `in use here by ${users.slice(0, 2).join(', ')}`;
  if (leases.length > 0) return `leased to ${leases.join(', ')}`;
  return age < olderThan ? tooYoung : undefined;
}
