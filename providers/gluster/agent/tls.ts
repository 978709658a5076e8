import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { secureAccess } from '#gluster/glusterd/servers.ts';
import type { TlsFacts } from '#gluster/glusterd/tls.ts';
import { readIfThere } from '#src/files.ts';

/** What this node has for TLS. */
export async function tlsHere(): Promise<TlsFacts> {
  const directory = directoryIn(globSync('/usr/lib/*/glusterfs/*/rpc-transport/socket.so'));
  const read = (name: string): string | null =>
    (directory === undefined ? undefined : readIfThere(`${directory}/${name}`)) ?? null;
  const certificate = read('glusterfs.pem');
  return {
    directory: directory ?? null,
    management: existsSync(secureAccess),
    certificate,
    authorities: read('glusterfs.ca'),
    key: keyAt(`${directory}/glusterfs.key`, certificate),
    now: Date.now(),
  };
}

/**
 * Where GlusterFS looks for its files: whoever built it decided that (SSL_CERT_PATH of socket.c), and its own program
 * has it as a text. Debian 12 has /usr/lib/ssl, and Debian 13 has /etc/ssl.
 */
function directoryIn(programs: readonly string[]): string | undefined {
  for (const program of programs) {
    const found = /(\/[\w./-]+)\/glusterfs\.pem\0/.exec(readFileSync(program, 'latin1'))?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}

function keyAt(file: string, certificate: string | null): TlsFacts['key'] {
  const text = readIfThere(file);
  if (text === undefined) return null;
  return { fits: fits(text, certificate), isSecret: (statSync(file).mode & 0o077) === 0 };
}

/** Whether it is the key of the first certificate of a text. What cannot be read is not. */
function fits(key: string, certificate: string | null): boolean {
  if (certificate === null) return false;
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}
