import { answeringServer, imageUri } from '#gluster/glusterd/servers.ts';
import { needsFile, needsFileForIpv6 } from '#gluster/kvm/userspace.ts';
import { mountPoint } from '#gluster/node/mounts.ts';
import type { ImageRecord } from '#gluster/node/records.ts';
import { Failure } from '#src/errors.ts';
import type { Request } from '#src/request.ts';

/** What attach answers: the device, and how QEMU finds the image without it. */
export async function replyOf({ parameters }: Request<'attach'>, record: ImageRecord): Promise<string> {
  const { access } = parameters;
  const file = `${record.device}\nkvm:${mountPoint(record.pool, record.volume)}/${record.path}`;
  const mayUseFile = access === 'userspace' && record.device !== undefined;
  if (mayUseFile && (await needsFile())) return file;
  // With the block device QEMU uses no server: the one that answered when the image was attached comes first.
  const asked = access !== 'kernelspace' || record.device === undefined;
  const answering = asked ? await answeringServer(record.servers) : undefined;
  const server = asked ? answering?.server : record.servers[0];
  if (mayUseFile && answering?.ipv6 !== undefined && (await needsFileForIpv6())) return file;
  // An attached disk works as long as its bricks do; that no glusterd answers is no reason to deny it.
  const named = server ?? (record.device === undefined ? undefined : record.servers[0]);
  if (named === undefined)
    throw new Failure('unavailable', `no Gluster server of volume ${record.volume} answers`, {
      hint: 'gnt-gluster config check',
    });
  // Ganeti splits this at line ends and strips nothing: a line end after the URI would be one more, empty URI.
  return `${record.device ?? ''}\nkvm:${imageUri(named, record.volume, record.path)}`;
}
