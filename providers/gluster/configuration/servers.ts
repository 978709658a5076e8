import { canonicalHost, isIpv6, isLoopback } from './hosts.ts';
import type { Tell } from './key.ts';

/** A Gluster server and the port of its glusterd. */
export interface Server {
  /** A name or an address, one of IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Where glusterd listens unless it was told otherwise. */
export const usualPort = 24007;

/** Reads NAME, NAME:PORT, IPV6, [IPV6] or [IPV6]:PORT, several; what is none is told and left out. */
export function readServers(texts: readonly string[], tell: Tell): readonly Server[] {
  return texts.flatMap((text) => readServer(text, tell));
}

function readServer(text: string, tell: Tell): readonly Server[] {
  const { host, port = String(usualPort) } = hostAndPort(text);
  if (host === undefined || Number(port) < 1 || Number(port) > 65535)
    tell(
      `${JSON.stringify(text)} is not a lower-case host name or an address` +
        `; for a port other than ${usualPort} write NAME:PORT or [IPV6]:PORT`,
    );
  else if (isLoopback(host)) tell(`${host} means another machine on each node; give its name in the cluster`);
  else return [{ host, port: Number(port) }];
  return [];
}

/** The parts of NAME, NAME:PORT, IPV6, [IPV6] or [IPV6]:PORT. */
function hostAndPort(text: string): { readonly host?: string | undefined; readonly port?: string | undefined } {
  const [, bracketed, ipv6Port] = /^\[([0-9a-f:.]+)\](?::([0-9]{1,5}))?$/.exec(text) ?? [];
  const address = bracketed ?? text;
  if (isIpv6(address)) return { host: canonicalHost(address), port: ipv6Port };
  const [, host, port] = /^([a-z0-9][a-z0-9.-]*)(?::([0-9]{1,5}))?$/.exec(text) ?? [];
  return { host, port };
}
