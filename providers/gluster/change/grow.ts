import { dirname } from 'node:path';
import { ask } from '#gluster/agent/ask.ts';
import { peerNodes } from '#gluster/agent/peer-nodes.ts';
import { type Follow, healVolume } from '#gluster/glusterd/healing.ts';
import { healthOf } from '#gluster/glusterd/health.ts';
import { observe } from '#gluster/glusterd/observe.ts';
import { change } from '#gluster/glusterd/options.ts';
import { peers } from '#gluster/glusterd/peers.ts';
import { nameOf, type Volume, volumeInfo, volumes } from '#gluster/glusterd/volumes.ts';
import type { PlacedBrick, PlacedStep } from '#gluster/pool/view.ts';
import { Failure } from '#src/errors.ts';
import { withLock } from '#src/lock.ts';
import { note } from '#src/reply.ts';
import { applyOptions, completeVolume, createVolume } from './create-volume.ts';
import { healActions } from './heal-actions.ts';
import { intentOf, noBrick } from './intent.ts';
import { makePeer } from './newcomers.ts';
import { performMove, rivalOf } from './perform.ts';
import { type GrowthPlan, nameOfOffer, type Offer } from './plan-growth.ts';
import { convertCommand, poolOf } from './pool-options.ts';
import { publishPools } from './publish.ts';
import { planReplace } from './replace.ts';

/** Longer than apt may take on a node: milliseconds. */
const installPatience = 3_600_000;

/**
 * Carries a plan out, unless `again` plans something else now. What was done stays when a later step fails: the next
 * plan begins with what there is then.
 */
export async function performGrowth(plan: GrowthPlan, again: () => Promise<GrowthPlan>, follow: Follow): Promise<void> {
  const { pool, slots, unfinished, converted, sector } = plan;
  await changePool(pool.name, async () => {
    if (wordsOf(await again()) !== wordsOf(plan)) throw changedMeanwhile(pool.name);
    const { newcomers } = await withInstalls(plan, again, follow);
    for (const newcomer of newcomers) {
      requireGoing(follow, pool.name);
      follow.tell(`${newcomer.node} becomes a peer`);
      await makePeer(newcomer);
    }
    for (const slot of slots) {
      requireGoing(follow, pool.name);
      follow.tell(`${slot.node}:${nameOfOffer(slot)} becomes a slot`);
      await makeSlotOf(slot, pool.name);
    }
    for (const name of unfinished) {
      follow.tell(`volume ${name} is completed`);
      await completeVolume(name, pool, sector);
    }
    for (const name of converted) await change(convertCommand(name, pool));
    // How much a new file system has room for is known only now.
    const hasDevice = slots.some(({ device }) => device !== undefined);
    const { steps } = hasDevice ? await again() : plan;
    try {
      for (const step of steps) await performStep(step, plan, follow);
      if (steps.length > 0) await makeAllWell(pool.name, follow);
    } finally {
      await publish();
    }
  });
}

/** Gives nodes what they lack. Returns the same plan, with what is known of their glusterds then. */
async function withInstalls(plan: GrowthPlan, again: () => Promise<GrowthPlan>, follow: Follow): Promise<GrowthPlan> {
  const { installs, pool } = plan;
  if (installs.length === 0) return plan;
  for (const { node, packages, starts } of installs) {
    requireGoing(follow, pool.name);
    const what = [
      ...(packages.length === 0 ? [] : [packages.join(' and ')]),
      ...(starts ? ['a glusterd that runs'] : []),
    ];
    follow.tell(`${node} gets ${what.join(', and ')}`);
    await ask(node, 'install', { packages, starts }, installPatience);
  }
  const ready = await again().catch((error: unknown) => {
    if (!(error instanceof Failure)) throw error;
    const hint = 'what was lacking is installed; mend this and type the same again';
    throw new Failure(error.kind, error.message, { ...error.details, hint });
  });
  if (ready.installs.length > 0 || wordsOf(ready, false) !== wordsOf(plan, false)) throw changedMeanwhile(pool.name);
  return ready;
}

async function makeSlotOf({ node, directory, device }: Offer, pool: string): Promise<void> {
  if (device === undefined) await ask(node, 'make slot', { directory, pool });
  else await ask(node, 'make device slot', { ...device, directory, pool });
}

/**
 * Has a volume healed unless all is well. The self-heal daemon of GlusterFS 10 can die when a brick is added or
 * removed, on a node with several volumes; glusterd does not start it again.
 */
async function makeWell(volume: Volume, follow: Follow): Promise<void> {
  const look = async () => observe(volume, await peers());
  if (healthOf(await look()).state === 'ok') return;
  const tell = (line: string): void => follow.tell(`volume ${volume.name}: ${line}`);
  await healVolume(healActions(volume, look), { ...follow, tell });
}

/** The same for all volumes of a pool of which no brick is on its way. */
export async function makeAllWell(pool: string, follow: Follow): Promise<void> {
  for (const volume of await quietVolumes(pool)) await makeWell(volume, follow);
}

/** The volumes of a pool that no change is under way on: while one is, the self-heal daemons may have to be off. */
export async function quietVolumes(pool: string): Promise<readonly Volume[]> {
  return (await volumes()).filter((volume) => poolOf(volume) === pool && intentOf(volume) === undefined);
}

/** Does something to a pool. One change of it at a time, on all nodes that can be asked. */
export async function changePool(pool: string, action: () => Promise<void>): Promise<void> {
  const lock = `pool@${pool}`;
  await withLock(lock, 'change of a pool', async () => {
    const rival = await rivalOf(lock, await peerNodes());
    if (rival !== undefined)
      throw new Failure('busy', `node ${rival} works at pool ${pool}`, { hint: 'wait until it has ended' });
    await action();
  });
}

/**
 * Changes a volume alone: where it belongs to a pool, nothing else of the pool changes meanwhile. Every node knows its
 * bricks when this returns.
 */
export async function changePoolOf(volume: Volume, action: () => Promise<void>): Promise<void> {
  const pool = poolOf(volume);
  if (pool === undefined) return await action();
  try {
    await changePool(pool, action);
  } finally {
    await publish();
  }
}

/** The Failure of a plan that was made when the pool was another one. */
export function changedMeanwhile(pool: string): Failure {
  return new Failure('busy', `pool ${pool} changed while this was planned`, { hint: 'type the same again' });
}

/** What a plan does, without how much it copies: guests change that all the time. `withIds`: of the glusterds. */
function wordsOf({ newcomers, slots, unfinished, converted, steps }: GrowthPlan, withIds = true): string {
  const peers = newcomers.map(({ node, id }) => [node, withIds ? id : null]);
  const places = slots.map(({ node, directory }) => [node, directory]);
  return JSON.stringify([peers, places, unfinished, converted, stepWords(steps)]);
}

/** The steps of a plan in the same way. */
export function stepWords(steps: readonly PlacedStep[]): readonly unknown[] {
  return steps.map((step) =>
    step.action === 'create'
      ? [step.volume, ...step.bricks.map(nameOf)]
      : [step.volume, step.from && nameOf(step.from), nameOf(step.to)],
  );
}

/** Throws a Failure when somebody wants the work to end. */
function requireGoing({ isStopped }: Follow, pool: string): void {
  if (isStopped()) throw new Failure('failed', 'it was stopped', { hint: `gnt-gluster pool plan --pool ${pool}` });
}

/** Does one step of a plan. */
export async function performStep(
  step: PlacedStep,
  { pool, sector }: Pick<GrowthPlan, 'pool' | 'sector'>,
  follow: Follow,
): Promise<void> {
  requireGoing(follow, pool.name);
  await requireSlots(step.action === 'create' ? step.bricks : [step.to], pool.name);
  if (step.action === 'create') {
    follow.tell(`volume ${step.volume} is created`);
    await createVolume(step.volume, step.bricks.map(nameOf), pool, sector);
    await publish();
    return;
  }
  const volume = await volumeInfo(step.volume);
  if (volume === undefined) throw new Failure('unavailable', `there is no volume ${step.volume} any more`);
  await makeWell(volume, follow);
  const nodes = await peerNodes();
  const from = step.from === undefined ? noBrick : nameOf(step.from);
  const { move } = await planReplace(volume, from, nameOf(step.to), nodes);
  await performMove(move, nodes, { ...follow, tell: (line) => follow.tell(`volume ${step.volume}: ${line}`) });
  // A volume of three copies needs other options than one of two.
  await applyOptions(step.volume);
}

/**
 * A slot may have got a brick since it was looked at. Its file system may have been unmounted: then a brick would lie
 * on the one below it.
 */
async function requireSlots(bricks: readonly PlacedBrick[], pool: string): Promise<void> {
  const [{ byPeer }, all] = [await peerNodes(), await volumes()];
  const asked = bricks.map(async (brick) => ({ ...brick, slots: await ask(brick.node, 'slots', {}) }));
  for (const { node, path, slots } of await Promise.all(asked)) {
    const isBelow = (brick: { readonly peer: string; readonly path: string }): boolean =>
      byPeer.get(brick.peer) === node && brick.path.startsWith(`${dirname(path)}/`);
    const taken = all.find((volume) => volume.bricks.some(isBelow));
    if (taken !== undefined)
      throw new Failure('busy', `${node}: volume ${taken.name} has a brick in ${dirname(path)} by now`, {
        hint: `gnt-gluster pool plan --pool ${pool}`,
      });
    if (slots.some((slot) => slot.pool === pool && dirname(path) === slot.directory)) continue;
    throw new Failure('unavailable', `${node}: ${dirname(path)} is no slot of pool ${pool} any more`, {
      hint: `on ${node}: findmnt --target ${dirname(path)}`,
    });
  }
}

/**
 * Tells all nodes which pools there are. A node that is not told finds new volumes when it is told later; who runs this
 * is told of it.
 */
export async function publish(): Promise<void> {
  for (const { message } of await publishPools())
    note(`warning: ${message}; gnt-gluster pool reconcile tells all nodes again`);
}
