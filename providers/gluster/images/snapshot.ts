import { truncateSync } from 'node:fs';
import type { Request } from '#gluster/configuration/parameters.ts';
import { thisNode } from '#gluster/ganeti/this-node.ts';
import { wasNeverOpened } from '#gluster/leases/store.ts';
import type { MountedVolume } from '#gluster/node/mounts.ts';
import { Failure } from '#src/errors.ts';
import { formatBytes } from '#src/units.ts';
import { copyQuiet, momentOf, requireQuiet } from './copy.ts';
import { findAgain, lookAgain, release } from './find.ts';
import type { Image } from './image.ts';
import { makeImage } from './make.ts';
import { belonging, type ImageMetadata, readMetadata } from './metadata.ts';
import { chooseVolume } from './space.ts';

/**
 * Makes a snapshot of an image that was found, beside it; or finds that it is there already. `mounted`: the volumes on
 * which it may be, held until this returns. The caller holds this node's locks on both names.
 */
export async function makeSnapshot(
  found: Image,
  mounted: readonly MountedVolume[],
  { snapshotName }: Pick<Request<'snapshot'>, 'snapshotName'>,
): Promise<void> {
  const image = findAgain(found);
  await requireQuiet(image);
  const meanwhile = lookAgain(mounted, snapshotName);
  if (meanwhile !== undefined) return await requireSameSnapshot(image, meanwhile);
  const purpose = `a copy of ${formatBytes(image.allocated)}`;
  await chooseVolume([image.mounted], { purpose, growth: 0, blocks: image.allocated });
  const made = await makeImage(image.mounted, snapshotName, {
    size: image.size,
    metadata: await snapshotMetadata(image),
    fill: async (disk) => {
      truncateSync(disk, image.size);
      await copyQuiet(image, disk);
    },
  });
  await release(mounted);
  if (!made) throw new Failure('exists', `something made ${snapshotName} during the copy`);
}

/** What is kept with a snapshot that is made of an image now, on this node. */
export async function snapshotMetadata(image: Image): Promise<ImageMetadata> {
  const { info, diskName } = readMetadata(image.directory);
  return {
    ...(info === undefined ? {} : { info }),
    ...(diskName === undefined ? {} : { diskName }),
    ...belonging(image.mounted.pool),
    preallocation: 'off',
    created: new Date().toISOString(),
    createdBy: thisNode().name,
    snapshotOf: image.name,
    snapshotState: await momentOf(image),
  };
}

/**
 * Throws a Failure of kind exists unless a snapshot that is there already was made of the image as it is now, and is
 * as it was made. One from an older state must not pass for a new one: a backup of it would silently be an old backup.
 */
export async function requireSameSnapshot(image: Image, snapshot: Image): Promise<void> {
  const metadata = readMetadata(snapshot.directory);
  const isOf = metadata.snapshotOf === image.name;
  const isOfNow = isOf && metadata.snapshotState === (await momentOf(image));
  if (isOfNow && snapshot.size === image.size && (await wasNeverOpened(snapshot.directory))) return;
  const age = isOfNow ? 'a snapshot that was changed since,' : 'an older snapshot,';
  const what = isOf ? `${age} of ${metadata.created ?? 'unknown date'}` : 'another image';
  throw new Failure('exists', `${snapshot.name} exists and is ${what}`, {
    hint: `gnt-gluster image remove ${snapshot.name}, if nobody needs it`,
  });
}
