import { existsSync } from 'node:fs';
import { ask } from '#gluster/agent/ask.ts';
import { poolOf } from '#gluster/change/pool-options.ts';
import { elsewhere, publishGroups, publishPools } from '#gluster/change/publish.ts';
import { readKnownPools } from '#gluster/configuration/known-pools.ts';
import { loadConfiguration } from '#gluster/configuration/load.ts';
import { groupFaults } from '#gluster/configuration/reach.ts';
import { nodeGroupsFile } from '#gluster/ganeti/node-groups.ts';
import { namesOf } from '#gluster/ganeti/ssconf.ts';
import { thisNode } from '#gluster/ganeti/this-node.ts';
import { healthOf } from '#gluster/glusterd/health.ts';
import { observe, orReason } from '#gluster/glusterd/observe.ts';
import { peers } from '#gluster/glusterd/peers.ts';
import { nameOf, volumes } from '#gluster/glusterd/volumes.ts';
import { requireRoot } from '#src/main.ts';
import { print, reportFailure } from '#src/reply.ts';

/** The hidden command that Ganeti's hooks run: files/ganeti-hook. */
export const hook = 'hook';

/** What is done at each of them; what is returned are sentences against it. `node`: the one that it is about. */
const hooks: Readonly<Record<string, (node: string) => Promise<readonly string[]>>> = {
  'node-remove pre': vetoOf,
  // A node that is new, or back, knows neither pools nor groups. That it cannot be told is no reason to fail.
  'node-add post': tell,
  'node-modify post': tell,
  'cluster-verify post': verify,
};

/**
 * Does what a hook is for, on the master only, and ends the process: with 1 when something is against it. Before an
 * operation that is a veto. Where nobody made a pool there is nothing to do, but to tell of groups who knows of them.
 */
export async function runHook(environment: NodeJS.ProcessEnv = process.env): Promise<never> {
  const { GANETI_HOOKS_PATH, GANETI_HOOKS_PHASE, GANETI_MASTER, GANETI_OP_TARGET = '' } = environment;
  const work = hooks[`${GANETI_HOOKS_PATH} ${GANETI_HOOKS_PHASE}`];
  try {
    requireRoot();
    const isOurs = readKnownPools().length > 0 || (work === tell && existsSync(nodeGroupsFile));
    if (work === undefined || !isOurs || GANETI_MASTER !== thisNode().name) process.exit(0);
    const problems = await work(GANETI_OP_TARGET);
    // Ganeti shows the end of a line as two characters.
    print(problems.length === 0 ? '' : `${problems.join('; ')}\n`);
    process.exit(problems.length === 0 ? 0 : 1);
  } catch (error) {
    process.exit(reportFailure(`gnt-gluster ${hook}`, error));
  }
}

/** A node with bricks must not leave the cluster: its volumes would lose a copy, and nobody could tell it to move. */
async function vetoOf(node: string): Promise<readonly string[]> {
  const names = namesOf(node);
  const seen = await orReason(look);
  if (typeof seen === 'string' || seen.unknown.length > 0)
    // What this glusterd does not know of, the list of pools does.
    return readKnownPools()
      .filter(({ servers }) => servers.some(({ host }) => names.includes(host)))
      .map(({ name }) => `${node} has bricks of pool ${name}: gnt-gluster pool remove ${node}, on a node of the pool`);
  const id = await orReason(() => ask(node, 'peer', {}));
  const peer = (await peers()).find((one) => one.id === id || one.hosts.some((host) => names.includes(host)));
  const bricks = seen.all.flatMap((volume) =>
    volume.bricks
      .filter((brick) => brick.peer === id || brick.peer === peer?.id || names.includes(brick.host))
      .map((brick) => `volume ${volume.name} has brick ${nameOf(brick)}`),
  );
  if (bricks.length === 0) return [];
  return [
    `${node} has bricks of Gluster`,
    ...bricks,
    `move them to other nodes first: gnt-gluster pool remove ${node}; if it is gone for good: gnt-gluster pool remove --dead ${node}`,
  ];
}

/** All volumes of this glusterd, and the pools of which it knows no volume. */
async function look() {
  const all = await volumes();
  return { all, unknown: elsewhere(readKnownPools(), new Set(all.map(({ id }) => id))) };
}

/** That a node cannot be told is no reason to fail. */
async function tell(): Promise<readonly string[]> {
  // Groups need no glusterd.
  if (typeof (await orReason(publishPools)) === 'string') await orReason(publishGroups);
  return [];
}

/** Ganeti waits for a hook for 15 minutes, and holds its locks: milliseconds. */
const patience = 180_000;

/** What is wrong with the volumes of pools. */
async function verify(): Promise<readonly string[]> {
  const end = performance.now() + patience;
  const seen = await orReason(look);
  if (typeof seen === 'string') return [`nothing is known of the pools: ${seen}`];
  const members = await peers();
  const problems = seen.unknown.map(({ name }) => `nothing is known of pool ${name}: no volume of it is known here`);
  // One after the other: each question takes the lock of a volume.
  for (const volume of seen.all.filter((one) => poolOf(one) !== undefined)) {
    if (performance.now() > end) return [...problems, 'not all volumes could be looked at in time'];
    const health = healthOf(await observe(volume, members));
    if (health.state !== 'ok') problems.push(`volume ${volume.name} is ${health.state}`, ...health.problems);
  }
  for (const find of [publishPools, async () => groupFaults((await loadConfiguration()).pools)]) {
    const found = await orReason(find);
    problems.push(...(typeof found === 'string' ? [found] : found.map(({ message }) => message)));
  }
  return [...problems, ...(problems.length === 0 ? [] : ['see gnt-gluster pool status'])];
}
