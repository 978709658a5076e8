import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { usualPort } from '#gluster/configuration/servers.ts';
import { acceptsIpv6Servers } from '#gluster/glusterd/ipv6.ts';
import type { ServerAnswer } from '#gluster/glusterd/servers.ts';
import type { QemuServer } from './rewrite.ts';

/**
 * Where glusterd listens for the clients on its own node; nothing but its usual port is known to be the same glusterd.
 */
const glusterdSocket = '/var/run/glusterd.socket';

/**
 * The servers as libgfapi of this node can use them, in their order; undefined when it can reach none although one
 * answers: only IPv6 leads to them, this node is none of them, and its GlusterFS is too new for that (see ipv6.ts).
 */
export async function libraryServers(asked: readonly ServerAnswer[]): Promise<readonly QemuServer[] | undefined> {
  const byName = asked.filter(({ ipv6 }) => ipv6 === undefined);
  if (byName.length === asked.length) return asked.map(({ server }) => server);
  if (await acceptsIpv6Servers()) return asked.map(({ server, ipv6 }) => ({ ...server, host: ipv6 ?? server.host }));
  if (byName.some(({ answers }) => answers)) return byName.map(({ server }) => server);
  return asked.some(isThisNode) && existsSync(glusterdSocket) ? [{ socket: glusterdSocket }] : undefined;
}

function isThisNode({ server, answers, ipv6 }: ServerAnswer): boolean {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return answers && server.port === usualPort && own.some(({ address }) => address === ipv6);
}
