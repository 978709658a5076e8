import { hostname } from 'node:os';
import { canonicalHost, hostInUri, isIpv6, isLoopback } from '#gluster/configuration/hosts.ts';
import type { Pool } from '#gluster/configuration/pool.ts';
import { type Server, usualPort } from '#gluster/configuration/servers.ts';
import { Failure } from '#src/errors.ts';
import { readServers, writeServers } from './remembered.ts';
import type { Volume } from './volumes.ts';

/** Where it exists, glusterd and its clients encrypt what they say to each other. */
export const secureAccess = '/var/lib/glusterd/secure-access';

/** How long a server may take to accept a connection before the next one in the list is preferred. */
const connectPatience = 1000;

/** What asking a server told. */
export interface ServerAnswer {
  readonly server: Server;
  /** Whether its glusterd accepts a connection now. */
  readonly answers: boolean;
  /** Its address, when only IPv6 leads to it. */
  readonly ipv6: string | undefined;
}

/**
 * The first server in the list whose glusterd accepts a connection now, or undefined when none does within a second.
 * All are asked at once, so that a dead one costs a second at most, however many there are.
 */
export async function answeringServer(servers: readonly Server[]): Promise<ServerAnswer | undefined> {
  const answers = servers.map((server) => askServer(server));
  for (const answer of answers) {
    const found = await answer;
    if (found.answers) return found;
  }
  return undefined;
}

/** The servers with the first that answers now in front, the others in their order; as they are when none answers. */
export async function answeringFirst(servers: readonly Server[]): Promise<readonly Server[]> {
  const first = await answeringServer(servers);
  return first === undefined ? servers : [first.server, ...servers.filter((server) => server !== first.server)];
}

/** What every server told within a second: those that answer in front, else in their order. */
export async function askAll(servers: readonly Server[]): Promise<readonly ServerAnswer[]> {
  const all = await Promise.all(servers.map((server) => askServer(server)));
  return [...all.filter(({ answers }) => answers), ...all.filter(({ answers }) => !answers)];
}

/** For how many milliseconds it is believed what a server told. */
const believed = 10_000;

/**
 * What each server told, and when it was asked: a verb mounts, remembers and attaches, and is to wait once for one that
 * is silent.
 */
const asked = new Map<string, { readonly at: number; readonly answer: Promise<ServerAnswer> }>();

async function askServer(server: Server): Promise<ServerAnswer> {
  const name = serverName(server);
  const before = asked.get(name);
  const isFresh = before !== undefined && performance.now() - before.at < believed;
  const now = isFresh ? before : { at: performance.now(), answer: connectTo(server) };
  asked.set(name, now);
  return { ...(await now.answer), server };
}

/** Connects by IPv4 where the server has such an address, as Gluster does, and else or where that fails by IPv6. */
async function connectTo(server: Server): Promise<ServerAnswer> {
  const { connect } = await import('node:net');
  const { lookup } = await import('node:dns');
  let known = isIpv6(server.host) ? [server.host] : [];
  return await new Promise((resolve) => {
    const socket = connect({
      ...server,
      autoSelectFamily: true,
      lookup: (host, options, callback) => {
        lookup(host, { ...options, all: true, order: 'ipv4first' }, (error, addresses) => {
          known = (addresses ?? []).map(({ address }) => address);
          callback(error, addresses);
        });
      },
    });
    const done = (answers: boolean): void => {
      const address = answers ? socket.remoteAddress : (known.find((one) => !isIpv6(one)) ?? known[0]);
      clearTimeout(timer);
      socket.destroy();
      resolve({ server, answers, ipv6: address !== undefined && isIpv6(address) ? address : undefined });
    };
    const timer = setTimeout(() => done(false), connectPatience);
    socket.once('connect', () => done(true)).once('error', () => done(false));
  });
}

/** A server as messages name it. */
export function serverName({ host, port }: Server): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * The servers through which a volume is reached: those configured, else those that hold its bricks. The latter are
 * asked of glusterd when the volume is mounted (`fresh`) and remembered until this node boots, because the gluster
 * command can hang for minutes and has no place in attach.
 */
export async function serversOf(pool: Pool, volume: string, { fresh = false } = {}): Promise<readonly Server[]> {
  if (pool.servers.length > 0) return pool.servers;
  const remembered = readServers(volume);
  if (!fresh && remembered.length > 0) return remembered;
  const { hostsOf, volumeInfo } = await import('./volumes.ts');
  let info: Volume | undefined;
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
  const servers = hostsOf(info).map((host) => ({ host: clusterName(host), port: usualPort }));
  writeServers(volume, servers);
  return servers;
}

/** A name that means this machine on every node, for a volume whose bricks were given as localhost. */
function clusterName(host: string): string {
  return canonicalHost((isLoopback(host) ? hostname() : host).toLowerCase());
}

/** The address of an image for QEMU's gluster driver, in the only form Ganeti 3.1 accepts: port given, one server. */
export function imageUri({ host, port }: Server, volume: string, path: string): string {
  return `gluster://${hostInUri(host)}:${port}/${volume}/${path}`;
}
