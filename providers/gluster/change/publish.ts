import { ask } from '#gluster/agent/ask.ts';
import { askAll } from '#gluster/agent/ask-all.ts';
import type { Told } from '#gluster/agent/tasks.ts';
import { type KnownPool, readKnownPools } from '#gluster/configuration/known-pools.ts';
import { isPlainName } from '#gluster/configuration/names.ts';
import { usualPort } from '#gluster/configuration/servers.ts';
import { askMembers, type GroupMember } from '#gluster/ganeti/node-groups.ts';
import { masterNode } from '#gluster/ganeti/ssconf.ts';
import { thisNode } from '#gluster/ganeti/this-node.ts';
import { hostsOf, type Volume, volumes } from '#gluster/glusterd/volumes.ts';
import { asFailure, Failure } from '#src/errors.ts';
import { withLock } from '#src/lock.ts';
import { poolOf } from './pool-options.ts';

/**
 * Tells every node of the cluster which pools there are, so that the verbs find their volumes without asking a
 * glusterd, and which node is in which group. Returns why some nodes were not told. Nothing is told of pools while no
 * volume belongs to one.
 */
export async function publishPools(): Promise<readonly Failure[]> {
  // Of two at once the one that looked first must not write last.
  return await withLock('pools', 'list of pools', async () => {
    const known = await volumes();
    const own = knownPools(known);
    if (own.length === 0) return await tellAll({});
    return await tellAll({ pools: withOthers(own, orNone(readKnownPools), new Set(known.map(({ id }) => id))) });
  });
}

/** Tells every node which node is in which group, also where this one has no glusterd. */
export async function publishGroups(): Promise<readonly Failure[]> {
  return await withLock('pools', 'list of pools', async () => await tellAll({}));
}

async function tellAll(pools: Pick<Told, 'pools'>): Promise<readonly Failure[]> {
  const { members, problems } = await membersToTell();
  const told: Told = { ...pools, ...(members === undefined ? {} : { members }) };
  if (Object.keys(told).length === 0) return problems;
  return [...problems, ...(await askAll((node) => ask(node, 'know', told))).silent];
}

/** That Ganeti does not say it is no reason to keep the pools from a node. */
async function membersToTell(): Promise<{ members?: readonly GroupMember[]; problems: readonly Failure[] }> {
  if (masterNode() !== thisNode().name) return { problems: [] };
  try {
    return { members: await askMembers(), problems: [] };
  } catch (error) {
    const failure = asFailure(error);
    if (failure === undefined) throw error;
    return { problems: [failure] };
  }
}

/**
 * The pools of this glusterd, and those that nodes know of another one: none of their volumes is known here, which says
 * nothing of them. Throws a Failure of kind unsupported where two have one name.
 */
export function withOthers(
  own: readonly KnownPool[],
  told: readonly KnownPool[],
  ids: ReadonlySet<string>,
): readonly KnownPool[] {
  const others = elsewhere(told, ids);
  const twice = others.filter(({ name, volumes: list }) =>
    own.some(
      (pool) => pool.name === name && pool.volumes.some((volume) => list.some((one) => one.name === volume.name)),
    ),
  );
  const [first] = twice;
  if (first !== undefined)
    throw new Failure('unsupported', `this glusterd has another pool ${first.name} than the nodes know`, {
      problems: first.volumes.map(({ name, id }) => `they know volume ${name} with UUID ${id}`),
      hint: `run this on a node with bricks of it, such as ${first.servers[0]?.host}`,
    });
  return [...own, ...others.filter(({ name }) => !own.some((pool) => pool.name === name))];
}

/** The pools of which a glusterd that knows some volumes, by their UUIDs, knows none. */
export function elsewhere(told: readonly KnownPool[], ids: ReadonlySet<string>): readonly KnownPool[] {
  return told.filter((pool) => !pool.volumes.some(({ id }) => ids.has(id)));
}

/** A list that is damaged is written anew. */
function orNone(read: () => readonly KnownPool[]): readonly KnownPool[] {
  try {
    return read();
  } catch (error) {
    if (asFailure(error) === undefined) throw error;
    return [];
  }
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
