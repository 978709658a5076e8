import { ask } from '#gluster/agent/ask.ts';
import { poolOf } from '#gluster/change/pool-options.ts';
import { publishPools } from '#gluster/change/publish.ts';
import { readKnownPools } from '#gluster/configuration/known-pools.ts';
import { storageAddress } from '#gluster/ganeti/ssconf.ts';
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
  // A node that is new, or back, does not know the pools. That it cannot be told is no reason to fail.
  'node-add post': tell,
  'node-modify post': tell,
  'cluster-verify post': verify,
};

/**
 * Does what a hook is for, on the master only, and ends the process: with 1 when something is against it. Before an
 * operation that is a veto. Where nobody made a pool there is nothing to do.
 */
export async function runHook(environment: NodeJS.ProcessEnv = process.env): Promise<never> {
  const { GANETI_HOOKS_PATH, GANETI_HOOKS_PHASE, GANETI_MASTER, GANETI_OP_TARGET = '' } = environment;
  const work = hooks[`${GANETI_HOOKS_PATH} ${GANETI_HOOKS_PHASE}`];
  try {
    requireRoot();
    if (work === undefined || GANETI_MASTER !== thisNode().name || readKnownPools().length === 0) process.exit(0);
    const problems = await work(GANETI_OP_TARGET);
    print(problems.map((problem) => `${problem}\n`).join(''));
    process.exit(problems.length === 0 ? 0 : 1);
  } catch (error) {
    process.exit(reportFailure(`gnt-gluster ${hook}`, error));
  }
}

/** A node with bricks must not leave the cluster: its volumes would lose a copy, and nobody could tell it to move. */
async function vetoOf(node: string): Promise<readonly string[]> {
  const [id, address] = [await orReason(() => ask(node, 'peer', {})), storageAddress(node)];
  const names = [node, node.split('.', 1)[0], address];
  const peer = (await peers()).find((one) => one.id === id || one.hosts.some((host) => names.includes(host)));
  const bricks = (await volumes()).flatMap((volume) =>
    volume.bricks
      .filter((brick) => brick.peer === id || brick.peer === peer?.id || names.includes(brick.host))
      .map((brick) => `volume ${volume.name} has brick ${nameOf(brick)}`),
  );
  if (bricks.length === 0) return [];
  return [
    `${node} has bricks of Gluster`,
    ...bricks,
    `move them to other nodes first: gnt-gluster pool remove ${node}`,
  ];
}

async function tell(): Promise<readonly string[]> {
  await publishPools();
  return [];
}

/** What is wrong with the volumes of pools. */
async function verify(): Promise<readonly string[]> {
  const members = await peers();
  const problems: string[] = [];
  // One after the other: each question takes the lock of a volume.
  for (const volume of (await volumes()).filter((one) => poolOf(one) !== undefined)) {
    const health = healthOf(await observe(volume, members));
    if (health.state !== 'ok')
      problems.push(`volume ${volume.name} is ${health.state}`, ...health.problems.map((problem) => `- ${problem}`));
  }
  const untold = (await publishPools()).map(({ message }) => message);
  return [...problems, ...untold, ...(problems.length === 0 ? [] : ['see gnt-gluster pool status'])];
}
