import { existsSync } from 'node:fs';
import type { Pool } from '#gluster/configuration/pool.ts';
import { type Server, usualPort } from '#gluster/configuration/servers.ts';
import { acceptsIpv6Servers } from '#gluster/glusterd/ipv6.ts';
import { askAll, type ServerAnswer, secureAccess } from '#gluster/glusterd/servers.ts';

/**
 * What mount.glusterfs is to mount, and how: every server can deliver the volume file, and another node's change is
 * seen at once.
 */
export async function mountArguments(
  pool: Pool,
  volume: string,
  servers: readonly Server[],
  first: ServerAnswer,
  log: string,
): Promise<{ readonly source: string; readonly options: readonly string[] }> {
  const { hosts, options } = first.ipv6 === undefined ? byName(servers, first) : await byIpv6(servers, first);
  const [host = '', ...others] = hosts;
  // mount.glusterfs divides them at colons outside of brackets.
  const backups = others.map((other) => (other.includes(':') ? `[${other}]` : other));
  return {
    source: `${host}:/${volume}`,
    options: [
      ...(backups.length === 0 ? [] : [`backup-volfile-servers=${backups.join(':')}`]),
      ...(first.server.port === usualPort ? [] : [`server-port=${first.server.port}`]),
      // Of each name the servers are asked; what they answered then is true for the same step of the same path. With 0
      // the kernel would ask again who may enter a directory that it has just been told of: twice as many questions.
      'attribute-timeout=0.01',
      'entry-timeout=0',
      'negative-timeout=0',
      // Gluster's own cache below FUSE, which `group virt` turns on: another node's grow would show a second late.
      'xlator-option=*md-cache.md-cache-timeout=0',
      ...options,
      `log-file=${log}`,
      ...pool.mountOptions,
    ],
  };
}

interface Hosts {
  readonly hosts: readonly string[];
  readonly options: readonly string[];
}

function byName(servers: readonly Server[], { server: first }: ServerAnswer): Hosts {
  const others = servers.filter((server) => server !== first);
  return { hosts: [first, ...others].map(({ host }) => host), options: [] };
}

/**
 * Addresses in place of names: mount.glusterfs 10 hands on one xlator-option only, and needs none for an address, while
 * GlusterFS 11 needs the option for either, and the port, which it takes the end of an address for.
 */
async function byIpv6(servers: readonly Server[], first: ServerAnswer): Promise<Hosts> {
  const others = (await askAll(servers)).filter(({ server }) => server !== first.server);
  const asItIs = await acceptsIpv6Servers();
  const hosts = [first, ...others].map(({ server: { host, port }, ipv6 }) =>
    ipv6 === undefined ? host : asItIs ? ipv6 : `${ipv6}:${port}`,
  );
  return { hosts, options: asItIs ? [] : ['xlator-option=transport.address-family=inet6'] };
}

/** What to do after a volume could not be mounted although a server answers, by what its FUSE client said. */
export function mountHint(volume: string, said: string, secure = existsSync(secureAccess)): string {
  const files = 'glusterfs.pem, glusterfs.key and glusterfs.ca in /etc/ssl (Debian 12: in /usr/lib/ssl)';
  if (/could not load (our cert|private key|CA list)|SSL connect error/.test(said))
    return secure
      ? `a server and this node do not agree on TLS, which ${secureAccess} turns on here: are ${files} there and valid?`
      : `volume ${volume} speaks TLS: are ${files} there and valid?`;
  if (said.includes('Authentication failed'))
    return `gluster volume get ${volume} all | grep auth: auth.allow and auth.reject must let this node in, and auth.ssl-allow the common name of its certificate`;
  // The volume uses something that this node's GlusterFS does not know, and its server says so.
  if (said.includes('op-version which is not supported'))
    return `GlusterFS of this node (glusterfs --version) is too old for volume ${volume}: upgrade it; gluster volume get all cluster.op-version shows what the servers ask for`;
  if (said.includes('failed to get the port number for remote subvolume'))
    return `a brick does not run: gluster volume status ${volume}; gluster volume start ${volume} force`;
  // glusterd answers, or nothing would have been tried; that is another port.
  if (/-client-\d+: connection .*failed/.test(said))
    return `the ports of its bricks cannot be reached: gluster volume status ${volume} shows them; does a firewall let this node through?`;
  // The server ended the connection instead of an answer.
  if (!secure && /Exhausted all volfile servers|unwinding frame type\(GlusterFS Handshake/.test(said))
    return `if the servers encrypt their management, this node needs ${secureAccess} (an empty file), and ${files}`;
  return `gluster volume status ${volume}`;
}
