import { ask } from '#gluster/agent/ask.ts';
import { askAll } from '#gluster/agent/ask-all.ts';
import type { KnownPool } from '#gluster/configuration/known-pools.ts';
import { isPlainName } from '#gluster/configuration/names.ts';
import { usualPort } from '#gluster/configuration/servers.ts';
import { hostsOf, type Volume, volumes } from '#gluster/glusterd/volumes.ts';
import type { Failure } from '#src/errors.ts';
import { poolOf } from './pool-options.ts';

/**
 * Tells every node of the cluster which pools there are, so that the verbs find their volumes without asking a
 * glusterd. Returns why some nodes were not told. Nothing is told while no volume belongs to a pool.
 */
export async function publishPools(): Promise<readonly Failure[]> {
  const pools = knownPools(await volumes());
  if (pools.length === 0) return [];
  return (await askAll((node) => ask(node, 'know pools', { pools }))).silent;
}

/**
 * The pools that some volumes make, as nodes are told of them. A volume that is stopped has its images nevertheless. A
 * name that no pool can have was written by hand.
 */
export function knownPools(all: readonly Volume[]): readonly KnownPool[] {
  const own = all.filter((volume) => isPlainName(poolOf(volume) ?? ''));
  return [...Map.groupBy(own, (volume) => poolOf(volume) ?? '')].map(([name, group]) => ({
    name,
    servers: [...new Set(group.flatMap(hostsOf))].map((host) => ({ host, port: usualPort })),
    volumes: group.map((volume) => ({ name: volume.name, id: volume.id })),
  }));
}
