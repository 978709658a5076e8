import { type GroupPlace, placeHere } from '#gluster/ganeti/node-groups.ts';
import { Failure } from '#src/errors.ts';
import { unknown } from '#src/parameters.ts';
import { quote } from '#src/quote.ts';
import type { Pool } from './pool.ts';

type Named = Pick<Pool, 'name' | 'nodeGroups'>;

/** Throws a Failure unless this node is in a group that reaches a pool: of kind environment where that is not known. */
export function requireReach(pool: Named): void {
  if (pool.nodeGroups.length === 0) return;
  const refusal = refusalAt(placeHere(), pool);
  if (refusal !== undefined) throw refusal;
}

/** Why a node makes no image of a pool; undefined where it does. */
export function refusalAt(place: GroupPlace, pool: Named): Failure | undefined {
  const { node, group } = place;
  if (pool.nodeGroups.length === 0 || (group !== undefined && pool.nodeGroups.includes(group.name))) return undefined;
  const names = new Intl.ListFormat('en').format(pool.nodeGroups.map(quote));
  const rule = `pool ${pool.name} is for nodes of ${pool.nodeGroups.length === 1 ? 'group' : 'groups'} ${names}`;
  if (group === undefined)
    return new Failure('environment', `${rule}, and the group of ${node} is not known here`, {
      hint: 'on the master node: gnt-gluster pool reconcile',
    });
  return new Failure('unsupported', `${rule}, and ${node} is in group ${quote(group.name)}`, {
    problems: strangers(place, pool).map((name) => `there is no node group ${quote(name)}`),
    hint: 'on the master node: gnt-node list -o name,group; if that says otherwise: gnt-gluster pool reconcile',
  });
}

/** Whether this node is known to be in none of the groups that reach a pool. */
export function isOutOfReach(pool: Named): boolean {
  if (pool.nodeGroups.length === 0) return false;
  const place = placeHere();
  return place.group !== undefined && refusalAt(place, pool) !== undefined;
}

/** What is wrong with the groups that pools name, as far as this node knows: names of no group, and its own unknown. */
export async function groupFaults(pools: readonly Named[]): Promise<readonly Failure[]> {
  const bound = pools.filter(({ nodeGroups }) => nodeGroups.length > 0);
  return bound.length === 0 ? [] : await faultsAt(placeHere(), bound);
}

/** The same for a node that is somewhere. */
export async function faultsAt(place: GroupPlace, pools: readonly Named[]): Promise<readonly Failure[]> {
  const known = place.groups.map(({ name }) => name);
  const faults: Failure[] = [];
  for (const pool of pools) {
    const problems = await Promise.all(strangers(place, pool).map((name) => unknown('node group', name, known)));
    if (problems.length > 0)
      faults.push(
        new Failure('invalid', `node_groups of pool ${pool.name} names a group that the cluster does not have`, {
          problems,
          hint: 'on the master node: gnt-group list',
        }),
      );
    const refusal = place.group === undefined ? refusalAt(place, pool) : undefined;
    if (refusal !== undefined) faults.push(refusal);
  }
  return faults;
}

/** The names that a pool has for groups, and no group has. Outside of a cluster nobody knows. */
function strangers({ groups }: GroupPlace, { nodeGroups }: Named): readonly string[] {
  return groups.length === 0 ? [] : nodeGroups.filter((name) => !groups.some((group) => group.name === name));
}
