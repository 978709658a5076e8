import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { VolumeOptions } from './gluster.ts';
import type { Lab } from './lab.ts';
import { nodeIpv6Name } from './layout.ts';
import type { LabNode } from './node.ts';
import { mustRun } from './process.ts';

/** What a volume of such a Gluster is told when it is made. */
export type SpecialGluster = Partial<Pick<VolumeOptions, 'hosts' | 'settings'>>;

/** The directory of OpenSSL as Gluster was built with it: of Debian 13, and of Debian 12. */
export const certificateDirectories = ['/etc/ssl', '/usr/lib/ssl'];

/** Has the Gluster of all nodes, which are not booted yet, use IPv6 and TLS, also between its servers. */
export async function secureGluster(lab: Lab, base: string): Promise<SpecialGluster> {
  const authority = `${lab.directory}/authority`;
  await makeAuthority(authority);
  for (const node of lab.nodes) {
    const upper = `${node.directory}/upper`;
    for (const directory of ['/etc/glusterfs', '/var/lib/glusterd', ...certificateDirectories])
      mkdirSync(upper + directory, { recursive: true, mode: 0o755 });
    const settings = readFileSync(`${base}/etc/glusterfs/glusterd.vol`, 'utf8');
    const ipv6 = settings.replace(/^end-volume$/m, '    option transport.address-family inet6\nend-volume');
    writeFileSync(`${upper}/etc/glusterfs/glusterd.vol`, ipv6);
    writeFileSync(`${upper}/var/lib/glusterd/secure-access`, '');
    await makeCertificate(authority, node);
  }
  const names = lab.nodes.map(({ fqdn }) => fqdn);
  return {
    hosts: lab.nodes.map((_, index) => nodeIpv6Name(index + 1)),
    settings: {
      'client.ssl': 'on',
      'server.ssl': 'on',
      'auth.ssl-allow': names.join(','),
      // Of two servers each may run alone.
      'cluster.server-quorum-type': 'none',
    },
  };
}

const request = ['req', '-newkey', 'rsa:2048', '-nodes'];

async function makeAuthority(directory: string): Promise<void> {
  mkdirSync(directory, { mode: 0o700 });
  const files = ['-keyout', `${directory}/key`, '-out', `${directory}/certificate`];
  await mustRun(['openssl', ...request, '-x509', '-days', '30', '-subj', '/CN=lab', ...files]);
}

async function makeCertificate(authority: string, { fqdn, directory }: LabNode): Promise<void> {
  const [key, certificate] = [`${authority}/${fqdn}.key`, `${authority}/${fqdn}.pem`];
  await mustRun(['openssl', ...request, '-subj', `/CN=${fqdn}`, '-keyout', key, '-out', `${authority}/${fqdn}.csr`]);
  const signer = ['-CA', `${authority}/certificate`, '-CAkey', `${authority}/key`, '-CAcreateserial'];
  const files = ['-in', `${authority}/${fqdn}.csr`, '-out', certificate];
  await mustRun(['openssl', 'x509', '-req', '-days', '30', ...signer, ...files]);
  for (const place of certificateDirectories) {
    copyFileSync(certificate, `${directory}/upper${place}/glusterfs.pem`);
    copyFileSync(key, `${directory}/upper${place}/glusterfs.key`);
    copyFileSync(`${authority}/certificate`, `${directory}/upper${place}/glusterfs.ca`);
  }
}
