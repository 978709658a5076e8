import { run } from '#src/exec.ts';

/**
 * Whether the GlusterFS of this node takes an IPv6 address for a server. GlusterFS 10 does. GlusterFS 11 cuts a server
 * at its last colon, because a port may follow, and then looks for IPv4 addresses only, unless it is told otherwise,
 * which its FUSE client can be and libgfapi cannot (gf_set_volfile_server_common of libglusterfs/src/common-utils.c and
 * af_inet_client_get_remote_sockaddr of rpc/rpc-transport/socket/src/name.c; glusterfs issue 4643).
 */
export async function acceptsIpv6Servers(): Promise<boolean> {
  const { stdout } = await run(['glusterfs', '--version']);
  return (majorVersion(stdout) ?? 11) < 11;
}

/** Reads the first number of what `glusterfs --version` prints: `glusterfs 10.3`. */
export function majorVersion(printed: string): number | undefined {
  const [, major] = /^glusterfs (\d+)\./m.exec(printed) ?? [];
  return major === undefined ? undefined : Number(major);
}
