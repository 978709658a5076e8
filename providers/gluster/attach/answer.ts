import type { Request } from '#gluster/configuration/parameters.ts';
import { answeringServer, imageUri } from '#gluster/glusterd/servers.ts';
import { needsFile, needsFileForIpv6 } from '#gluster/kvm/userspace.ts';
import { mountPoint } from '#gluster/node/mount-points.ts';
import type { ImageRecord } from '#gluster/node/records.ts';
import { Failure } from '#src/errors.ts';

/**
 * What decides how QEMU is told to open an image. What costs something is a function, and asked only where it matters.
 */
export interface Circumstances {
  readonly access: 'kernelspace' | 'userspace' | undefined;
  readonly hasDevice: boolean;
  /** QEMU of this node cannot use an address. */
  readonly needsFile: () => Promise<boolean>;
  /** Which server answers, and whether only IPv6 leads to it. */
  readonly server: () => Promise<'none' | 'IPv4' | 'IPv6'>;
  /** QEMU of this node cannot use the address of a server that only IPv6 leads to. */
  readonly needsFileForIpv6: () => Promise<boolean>;
}

/**
 * The file of the image on the mount; its address on the server that answers, or on the first one; or none is known.
 */
export type Way = 'file' | 'answering server' | 'first server' | 'no server';

type Condition = (here: Circumstances) => boolean | Promise<boolean>;

const mayUseFile: Condition = ({ access, hasDevice }) => access === 'userspace' && hasDevice;
const usesDevice: Condition = ({ access, hasDevice }) => access === 'kernelspace' && hasDevice;
const isReached: Condition = async ({ server }) => (await server()) !== 'none';
const isReachedByIpv6: Condition = async ({ server }) => (await server()) === 'IPv6';

/** The first row whose conditions all hold says the way. */
const table: readonly (readonly [Way, ...Condition[]])[] = [
  ['file', mayUseFile, ({ needsFile }) => needsFile()],
  // QEMU then uses no server: the one that answered when the image was attached is as good as any.
  ['first server', usesDevice],
  ['file', mayUseFile, isReachedByIpv6, ({ needsFileForIpv6 }) => needsFileForIpv6()],
  ['answering server', isReached],
  // An attached disk works as long as its bricks do; that no glusterd answers is no reason to deny it.
  ['first server', ({ hasDevice }) => hasDevice],
  ['no server'],
];

/** How QEMU is told to open an image. */
export async function wayOf(here: Circumstances): Promise<Way> {
  for (const [way, ...conditions] of table) if (await all(conditions, here)) return way;
  return 'no server';
}

/** What attach answers: the device, and how QEMU finds the image without it. */
export async function answerOf(
  { parameters: { access } }: Pick<Request<'attach'>, 'parameters'>,
  { device, servers, pool, volume, path }: ImageRecord,
): Promise<string> {
  const server = async () => {
    const found = await answeringServer(servers);
    if (found === undefined) return 'none';
    return found.ipv6 === undefined ? 'IPv4' : 'IPv6';
  };
  const way = await wayOf({ access, hasDevice: device !== undefined, needsFile, needsFileForIpv6, server });
  if (way === 'file') return `${device ?? ''}\nkvm:${mountPoint(pool, volume)}/${path}`;
  const named =
    way === 'answering server'
      ? (await answeringServer(servers))?.server
      : way === 'first server'
        ? servers[0]
        : undefined;
  if (named === undefined)
    throw new Failure('unavailable', `no Gluster server of volume ${volume} answers`, {
      hint: 'gnt-gluster config check',
    });
  // Ganeti splits this at line ends and strips nothing: a line end after the URI would be one more, empty URI.
  return `${device ?? ''}\nkvm:${imageUri(named, volume, path)}`;
}

async function all(conditions: readonly Condition[], here: Circumstances): Promise<boolean> {
  for (const holds of conditions) if (!(await holds(here))) return false;
  return true;
}
