import type { LabNode } from '../../../lab/node.ts';

/** The volumes of the node. The provider uses `main` when it has no configuration file. */
export const volumes = { main: 'ganeti', second: 'second', small: 'small', smallMebibytes: 300 } as const;

/** Those that the tests' own client has mounted. */
export const mountedVolumes: readonly string[] = [volumes.main, volumes.second, volumes.small];

/** Where the tests' own client has every volume mounted. */
export const mountRoot = '/srv/conformance';

/** Mounts a volume for the tests, which look at it through a client of their own. */
export async function mountForTests(node: LabNode, volume: string): Promise<void> {
  // Neither the kernel nor Gluster's md-cache may tell what was true a second ago.
  const fresh = 'attribute-timeout=0,entry-timeout=0,negative-timeout=0,xlator-option=*md-cache.md-cache-timeout=0';
  await node.exec(['mkdir', '-p', `${mountRoot}/${volume}`]);
  await node.exec(['mount', '-t', 'glusterfs', '-o', fresh, `${node.fqdn}:/${volume}`, `${mountRoot}/${volume}`]);
}
