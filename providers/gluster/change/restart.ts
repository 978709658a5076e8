import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '#gluster/agent/ask.ts';
import { problemWith } from '#gluster/agent/brick-process.ts';
import type { PeerNodes } from '#gluster/agent/peer-nodes.ts';
import { type Follow, healVolume } from '#gluster/glusterd/healing.ts';
import { canWrite, healthOf, type Observed } from '#gluster/glusterd/health.ts';
import { observe, orReason } from '#gluster/glusterd/observe.ts';
import { peers } from '#gluster/glusterd/peers.ts';
import { brickKey, runningBricks } from '#gluster/glusterd/status.ts';
import { nameOf, type Volume, type VolumeBrick } from '#gluster/glusterd/volumes.ts';
import { asFailure, Failure } from '#src/errors.ts';
import { volumeOf } from './brick-move.ts';
import { unevenClients } from './clients.ts';
import { changePool } from './grow.ts';
import { healActions } from './heal-actions.ts';
import { intentOf } from './intent.ts';
import { nodeOf } from './nodes.ts';
import { partlyOpen } from './open-files.ts';
import { changeVolumeAlone } from './perform.ts';
import { poolOf } from './pool-options.ts';
import { wordsOf } from './replace.ts';

/** A brick whose process is to be ended and started anew. */
export interface RestartPlan {
  readonly volume: Volume;
  readonly brick: VolumeBrick;
  readonly node: string;
  readonly pid: number;
}

/** So many times in a row nothing may be against it, with so many milliseconds between; and how often it is looked. */
const [times, turn, mostLooks] = [3, 1000, 12];

/** How a brick of a volume can be restarted. Throws a Failure with all that is against it. */
export async function planRestart(volume: Volume, brick: VolumeBrick, nodes: PeerNodes): Promise<RestartPlan> {
  const node = nodeOf(brick, nodes);
  for (let looks = 1; ; looks += 1) {
    const observed = await observe(volume, await peers());
    const processes = runs(observed, brick) ? await ask(node, 'brick processes', asked(volume, brick)) : undefined;
    const process = processes && problemWith(nameOf(brick), processes);
    const refusal = await examine(observed, brick, nodes, process);
    const [found] = processes ?? [];
    if (refusal === undefined && found !== undefined) return { volume, brick, node, pid: found.pid };
    if (!mayPass(observed) || looks >= times) throw refusal ?? new Error('a brick without a process was not refused');
    await sleep(turn);
  }
}

/**
 * Restarts a brick: it is ended when all others, and all clients, can do without it for sure, and its volume is healed
 * when this returns. From before it ends clients give their locks back at once: it could answer a read with what is old
 * otherwise (docs/failures.md). Nothing else changes the volume, or its pool, meanwhile.
 *
 * Throws a Failure when it was not ended, or when the volume does not heal; that one tells that the brick may not run.
 */
export async function performRestart(plan: RestartPlan, nodes: PeerNodes, follow: Follow): Promise<void> {
  const { volume } = plan;
  await changeAlone(volume, nodes, async () => {
    const look = async (): Promise<Observed> => observe(await volumeOf({ volume }), await peers());
    const standing = { isEnded: false };
    const actions = healActions(await volumeOf({ volume }), look);
    const first = async (): Promise<void> => {
      await untilSteady(plan, nodes, look, follow);
      follow.tell(`ending process ${plan.pid} of brick ${nameOf(plan.brick)}`);
      standing.isEnded = true;
      try {
        await ask(plan.node, 'end brick', { ...asked(volume, plan.brick), pid: plan.pid });
      } catch (error) {
        // The answer may be lost, and the brick ended.
        await orReason(actions.start);
        throw error;
      }
      // Whatever stops this: the volume must not be left with a copy less.
      await actions.start();
    };
    try {
      await healVolume({ ...actions, first }, follow);
    } catch (error) {
      const failure = asFailure(error);
      if (!standing.isEnded || failure === undefined) throw error;
      // Ctrl-C of a terminal also ends the ssh that waits for the node.
      const sentence = follow.isStopped() ? 'it was stopped before everything was healed' : failure.message;
      throw mayBeDown(plan.brick, sentence, failure);
    }
  });
}

/** Returns when nothing was against the end of a brick several times in a row. Throws what is against it. */
async function untilSteady(
  { brick }: RestartPlan,
  nodes: PeerNodes,
  look: () => Promise<Observed>,
  { tell, isStopped }: Follow,
): Promise<void> {
  tell('looking whether it can do without the brick for a moment');
  for (let [steady, looks] = [0, 1]; ; looks += 1) {
    if (isStopped()) throw new Failure('failed', 'it was stopped before the brick was ended');
    const observed = await look();
    const isLast = steady + 1 === times;
    const refusal = await examine(observed, brick, isLast ? nodes : undefined);
    steady = refusal === undefined ? steady + 1 : 0;
    if (steady === times) return;
    if (refusal !== undefined && (!mayPass(observed) || looks >= mostLooks)) throw refusal;
    await sleep(turn);
  }
}

/** What is against it now. `nodes`: those to ask which files are open; undefined: none is asked. */
async function examine(
  observed: Observed,
  brick: VolumeBrick,
  nodes: PeerNodes | undefined,
  process?: string,
): Promise<Failure | undefined> {
  // A brick that is down is told already, and keeps the others waiting for what it says.
  if (healthOf(observed).state !== 'ok') return refusalOf(observed, brick, { process });
  const uneven = await unevenClients(observed.volume);
  const partly = nodes && (await partlyOpen(observed.volume, nodes));
  return refusalOf(observed, brick, { process, uneven, partly });
}

/** Whether what is against it may be over soon: entries wait for a moment because guests write. */
function mayPass(observed: Observed): boolean {
  return ['healing', 'unknown'].includes(healthOf(observed).state);
}

/** What else is against the end of a brick: its process, clients that would miss it, and files that they have open. */
export interface Obstacles {
  readonly process?: string | undefined;
  readonly uneven?: string | undefined;
  readonly partly?: string | undefined;
}

/** The Failure that has all that is against the end of a brick; undefined: nothing is. */
export function refusalOf(
  observed: Observed,
  brick: VolumeBrick,
  { process, uneven, partly }: Obstacles,
): Failure | undefined {
  const { name, copies, bricks } = observed.volume;
  // Each look has objects of its own.
  const own = bricks.filter((one) => brickKey(one.peer, one.path) === brickKey(brick.peer, brick.path));
  const begun = intentOf(observed.volume);
  const health = healthOf(observed);
  const isNeeded = !canWrite(observed.volume, own);
  const problems = [
    ...(own.length === 0 ? [`volume ${name} does not have the brick any more`] : []),
    ...(begun === undefined ? [] : [`a change is under way: ${typeof begun === 'string' ? begun : wordsOf(begun)}`]),
    ...(isNeeded
      ? [copies === 1 ? `volume ${name} has one copy: guests would stop` : `without it guests of ${name} cannot write`]
      : []),
    ...(health.state === 'ok' ? [] : [`volume ${name} is ${health.state}`, ...health.problems]),
    ...[process, uneven, partly].filter((one) => one !== undefined),
  ];
  if (problems.length === 0) return undefined;
  const kind = begun === undefined ? 'unsupported' : 'busy';
  const hint = isNeeded
    ? `end its guests, then: gluster volume stop ${name}; gluster volume start ${name}`
    : begun !== undefined
      ? 'gnt-gluster pool reconcile'
      : health.state !== 'ok'
        ? `gnt-gluster pool heal ${name}`
        : `gluster volume status ${name}${uneven === undefined ? '' : ' clients'}`;
  return new Failure(kind, `brick ${nameOf(brick)} cannot be restarted now`, { problems, hint });
}

/** The Failure of a volume whose brick was ended, for whoever has to start it. */
function mayBeDown(brick: VolumeBrick, sentence: string, cause: Failure): Failure {
  const name = nameOf(brick);
  const problems = [...(cause.details.problems ?? []), `brick ${name} may not run`];
  const hint = `gnt-gluster pool brick start ${name}`;
  return new Failure(cause.kind, sentence, { ...cause.details, problems, cause, hint });
}

async function changeAlone(volume: Volume, nodes: PeerNodes, action: () => Promise<void>): Promise<void> {
  const pool = poolOf(volume);
  const alone = (): Promise<void> => changeVolumeAlone(volume.name, nodes, action);
  await (pool === undefined ? alone() : changePool(pool, alone));
}

function runs({ status }: Observed, { peer, path }: VolumeBrick): boolean {
  return typeof status === 'object' && runningBricks(status).has(brickKey(peer, path));
}

function asked({ id }: Volume, { peer, path }: VolumeBrick) {
  return { volume: id, path, peer };
}
