import { hostname } from 'node:os';
import { Failure } from '../../src/errors.ts';
import type { VolumeInfo } from './gluster-cli.ts';
import { isLoopback, type Pool, type Server } from './pool.ts';
import { readServers, writeServers } from './records.ts';

/** How long a server may take to accept a connection before the next one in the list is preferred. */
const patience = 1000;

/**
 * The first server in the list whose glusterd accepts a connection now, or undefined when none does within a second.
 * All are asked at once, so that a dead one costs a second at most, however many there are.
 */
export async function answeringServer(servers: readonly Server[]): Promise<Server | undefined> {
  const asked = servers.map((server) => accepts(server));
  for (const [index, answer] of asked.entries()) if (await answer) return servers[index];
  return undefined;
}

/** The servers with the first that answers now in front, the others in their order; as they are when none answers. */
export async function answeringFirst(servers: readonly Server[]): Promise<readonly Server[]> {
  const first = await answeringServer(servers);
  return first === undefined ? servers : [first, ...servers.filter((server) => server !== first)];
}

async function accepts({ host, port }: Server): Promise<boolean> {
  const { connect } = await import('node:net');
  return await new Promise((resolve) => {
    const socket = connect({ host, port });
    const done = (answer: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => done(false), patience);
    socket.once('connect', () => done(true)).once('error', () => done(false));
  });
}

/**
 * The servers through which a volume is reached: those configured, else those that hold its bricks. The latter are asked
 * of glusterd when the volume is mounted (`fresh`) and remembered until this node boots, because the gluster command
 * can hang for minutes and has no place in attach.
 */
export async function serversOf(pool: Pool, volume: string, { fresh = false } = {}): Promise<readonly Server[]> {
  if (pool.servers.length > 0) return pool.servers;
  const remembered = readServers(volume);
  if (!fresh && remembered.length > 0) return remembered;
  const { volumeInfo } = await import('./gluster-cli.ts');
  let info: VolumeInfo | undefined;
  try {
    info = await volumeInfo(volume);
  } catch (error) {
    // While the glusterd of this node is down, the servers are those that it named last.
    if (error instanceof Failure && remembered.length > 0) return remembered;
    throw error;
  }
  if (info === undefined)
    throw new Failure('unavailable', `the glusterd of this node has no volume ${volume}`, {
      hint: `gluster volume create ${volume} ..., or name servers and volumes in /etc/ganeti/gluster.toml`,
    });
  if (!info.started)
    throw new Failure('unavailable', `the volume ${volume} is not started`, { hint: `gluster volume start ${volume}` });
  const servers = info.hosts.map((host) => ({ host: clusterName(host), port: 24007 }));
  writeServers(volume, servers);
  return servers;
}

/** A name that means this machine on every node, for a volume whose bricks were given as localhost. */
function clusterName(host: string): string {
  return (isLoopback(host) ? hostname() : host).toLowerCase();
}

/** The address of an image for QEMU's gluster driver, in the only form Ganeti 3.1 accepts: port given, one server. */
export function imageUri(server: Server, volume: string, path: string): string {
  const host = server.host.includes(':') ? `[${server.host}]` : server.host;
  return `gluster://${host}:${server.port}/${volume}/${path}`;
}
