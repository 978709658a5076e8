import { fileURLToPath } from 'node:url';
import { Failure } from '#src/errors.ts';

/** Where the labs of this machine live. The file system must be able to hold an overlay's upper layer. */
export const labsDirectory = process.env.GANETI_GLUSTER_LAB_DIRECTORY ?? '/var/tmp/ganeti-gluster-lab';

/** The guest's kernel and initramfs, built once. */
export const cacheDirectory = '/var/cache/ganeti-gluster-lab';

/** The scripts that run in the lab's namespaces. */
export const filesDirectory = fileURLToPath(new URL('files', import.meta.url));

/** The checkout; nodes see it read-only under the same path. */
export const projectDirectory = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Every lab has its own bridge in its own network namespace, so all labs may use the same names and addresses. */
export const network = {
  bridge: 'lab0',
  bridgeAddress: '10.99.0.254',
  clusterName: 'cluster.lab',
  clusterAddress: '10.99.0.100',
  instanceCount: 40,
} as const;

/** The addresses are made for so many. */
export const maximumNodes = 9;

/** The name of a node without its domain: node1 is the first. */
export function nodeName(number: number): string {
  return `node${number}`;
}

/** The IPv4 address of a node. */
export function nodeAddress(number: number): string {
  return `10.99.0.${number}`;
}

/** What nodes have beside it. glusterd listens there when glusterd.vol says so. */
export function nodeIpv6(number: number): string {
  return `fd99::${number}`;
}

/** A name of a node that leads to its IPv6 address only. */
export function nodeIpv6Name(number: number): string {
  return `six${number}.lab`;
}

/** Instances a test may make: inst1.lab to inst40.lab, with the addresses 10.99.1.1 to 10.99.1.40. */
export function instance(number: number): { readonly name: string; readonly address: string } {
  return { name: `inst${number}.lab`, address: `10.99.1.${number}` };
}

/** Where all of a lab is. Throws a Failure of kind usage for a name that no lab can have. */
export function labDirectory(name: string): string {
  if (!/^[a-z][a-z0-9-]{0,29}$/.test(name)) {
    throw new Failure('usage', `a lab is named with 1 to 30 of a-z, 0-9 and -, the first a letter; not "${name}"`);
  }
  return `${labsDirectory}/${name}`;
}

/** The /etc/hosts of every node of a lab with so many. */
export function hostsFile(nodes: number): string {
  const lines = ['127.0.0.1 localhost', `${network.clusterAddress} ${network.clusterName}`];
  for (let number = 1; number <= nodes; number++) {
    lines.push(`${nodeAddress(number)} ${nodeName(number)}.lab ${nodeName(number)}`);
    lines.push(`${nodeIpv6(number)} ${nodeIpv6Name(number)}`);
  }
  for (let number = 1; number <= network.instanceCount; number++) {
    lines.push(`${instance(number).address} ${instance(number).name}`);
  }
  return `${lines.join('\n')}\n`;
}
