import { isOfOtherCluster, thisCluster } from '#gluster/ganeti/cluster.ts';
import { type GanetiDisk, ganetiDisks } from '#gluster/ganeti/disks.ts';
import type { Image } from '#gluster/images/image.ts';
import { type ImageMetadata, readMetadata } from '#gluster/images/metadata.ts';
import { isImageOf } from '#gluster/images/orphans.ts';
import { asFailure, Failure } from '#src/errors.ts';

/**
 * Throws a Failure of kind busy when a disk of Ganeti refers to an image, by its name or by its UUID, or when the image
 * belongs to another cluster; where Ganeti cannot be asked, as on any node but the master, the Failure that says why.
 */
export async function requireNoDisk(image: Image): Promise<void> {
  const metadata = readMetadata(image.directory);
  const { name } = image;
  if (isOfOtherCluster(metadata, thisCluster())) throw ofOtherCluster(name, metadata);
  const disk = (await disksOrReason(name)).find((candidate) => isImageOf({ name, uuid: metadata.uuid }, candidate));
  if (disk !== undefined) throw ofDisk(name, disk);
}

async function disksOrReason(name: string): Promise<readonly GanetiDisk[]> {
  try {
    return await ganetiDisks();
  } catch (error) {
    const failure = asFailure(error);
    if (failure === undefined) throw error;
    const { hint = 'run this on the master node', problems = [] } = failure.details;
    throw new Failure(failure.kind, `Ganeti cannot be asked whether image ${name} is one of its disks`, {
      ...failure.details,
      problems: [failure.message, ...problems],
      hint: `${hint}; or, if you are sure that no instance needs it: gnt-gluster image remove --force ${name}`,
      cause: failure,
    });
  }
}

function ofDisk(name: string, { instance, image }: GanetiDisk): Failure {
  const disk = image === name ? 'a disk' : `the disk ${image}`;
  const whose =
    instance === undefined ? `${disk} of Ganeti that is detached from its instance` : `${disk} of ${instance}`;
  const usual = instance === undefined ? '' : `gnt-instance modify --disk N:remove ${instance}; `;
  return new Failure('busy', `image ${name} is ${whose}`, {
    hint: `${usual}gnt-gluster image remove --force ${name} leaves Ganeti a disk without an image`,
  });
}

function ofOtherCluster(name: string, { clusterName, cluster = 'another cluster' }: ImageMetadata): Failure {
  return new Failure('busy', `image ${name} belongs to another Ganeti cluster, ${clusterName ?? cluster}`, {
    hint: `remove it there; or, if that cluster is gone: gnt-gluster image remove --force ${name}`,
  });
}
