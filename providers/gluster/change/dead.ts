import { peerNodes } from '#gluster/agent/peer-nodes.ts';
import { ganetiNodes } from '#gluster/ganeti/ssconf.ts';
import type { Follow } from '#gluster/glusterd/healing.ts';
import { orReason } from '#gluster/glusterd/observe.ts';
import { change } from '#gluster/glusterd/options.ts';
import type { Peer } from '#gluster/glusterd/peers.ts';
import { brickKey, runningBricks, volumeStatus } from '#gluster/glusterd/status.ts';
import { nameOf, type Volume, type VolumeBrick, volumeInfo, volumes } from '#gluster/glusterd/volumes.ts';
import { Failure } from '#src/errors.ts';
import { note } from '#src/reply.ts';
import { writeIntent } from './brick-move.ts';
import { applyOptions } from './create-volume.ts';
import { deadPeer } from './dead-peer.ts';
import { changedMeanwhile, changePool, makeAllWell, performGrowth, publish, quietVolumes } from './grow.ts';
import { intentOf } from './intent.ts';
import { detach } from './leave.ts';
import { changeVolume } from './perform.ts';
import { type GrowthPlan, planPoolGrowth } from './plan-growth.ts';
import { poolOf } from './pool-options.ts';

/** A brick that is lost with its node. */
export interface LostBrick {
  readonly volume: Volume;
  readonly brick: VolumeBrick;
}

/** How a pool goes on without a node that is gone for good. */
export interface DeadPlan {
  readonly pool: string;
  /** Ganeti's name of it. */
  readonly node: string;
  /** undefined: it is no peer any more. */
  readonly peer: Peer | undefined;
  /** The bricks that leave their volumes. */
  readonly lost: readonly LostBrick[];
  /** Bricks that stay, and what is to be done about them: while there is one, the node stays a peer. */
  readonly kept: readonly (LostBrick & { readonly remedy: string })[];
  /** What gives each volume its copy again, where there is room, and may do more; or why that is not known yet. */
  readonly growth: GrowthPlan | string;
}

/** No volume is left with fewer copies: what its last copy lacks, nobody would notice. */
const fewest = 2;

/**
 * What is to be done about a node that is gone for good. Throws one Failure with all that is against it; nothing is
 * changed. The node is dead because the administrator says so, twice: to Ganeti, and by this command. Whatever can be
 * seen must agree.
 */
export async function planPoolDead(pool: string, node: string): Promise<DeadPlan> {
  if (!ganetiNodes().offline.includes(node))
    throw new Failure('unsupported', `${node} is not marked offline`, {
      hint: `if it is gone for good: gnt-node modify -O yes ${node}; else: gnt-gluster pool remove ${node}`,
    });
  const known = await volumes();
  if (!known.some((volume) => poolOf(volume) === pool))
    throw new Failure('missing', `there is no pool ${pool}`, { hint: 'gnt-gluster pool status' });
  const peer = await deadPeer(node, await peerNodes(), known);
  const bricks = known.flatMap((volume) =>
    volume.bricks.filter((brick) => brick.peer === peer?.id).map((brick) => ({ volume, brick })),
  );
  const remedied = bricks.map((brick) => ({ ...brick, remedy: remedyFor(brick, pool, node) }));
  const lost = remedied.filter(({ remedy }) => remedy === undefined);
  const kept = remedied.flatMap(({ remedy, ...brick }) => (remedy === undefined ? [] : [{ ...brick, remedy }]));
  const problems: string[] = [];
  // One after the other: each question takes the lock of a volume.
  for (const brick of lost) problems.push(...(await againstLosing(brick)));
  if (problems.length > 0)
    throw new Failure('unsupported', `the bricks of ${node} cannot be given up`, {
      problems,
      hint: 'gnt-gluster pool status',
    });
  const but = peer === undefined ? {} : { but: peer.id };
  const growth =
    kept.length > 0 ? `${node} stays a peer` : await orReason(async () => await planPoolGrowth(pool, [], but));
  return { pool, node, peer, lost, kept, growth };
}

/**
 * Carries that out, unless something else is to be done by now. What was given up stays so when a later step fails.
 * Returns how the pool grew; undefined: not at all, because the node is still a peer.
 */
export async function performDead(plan: DeadPlan, follow: Follow): Promise<GrowthPlan | undefined> {
  const { pool, node, peer, lost, kept } = plan;
  await changePool(pool, async () => {
    if (wordsOf(await planPoolDead(pool, node)) !== wordsOf(plan)) throw changedMeanwhile(pool);
    for (const brick of lost) await giveUp(brick, follow);
    if (peer !== undefined && kept.length === 0) await detach(peer, node, follow, [peer.id, null]);
    await publish();
    await settle(pool, follow);
  });
  if (kept.length > 0) return undefined;
  const growth = await orReason(() => planPoolGrowth(pool, []));
  if (typeof growth === 'string')
    throw new Failure('unavailable', `the bricks of ${node} were given up, and the lost copies are not made`, {
      problems: [growth],
      hint: `gnt-gluster pool reconcile, and then: gnt-gluster pool expand --pool ${pool}`,
    });
  await performGrowth(growth, () => planPoolGrowth(pool, []), follow);
  return growth;
}

/** The command that takes a lost brick out of its volume. */
export function removeCommand({ volume, brick }: LostBrick): readonly string[] {
  return ['volume', 'remove-brick', volume.name, 'replica', `${volume.copies - 1}`, nameOf(brick), 'force'];
}

/** What is to be done about a brick that is not given up; undefined for one that is. */
function remedyFor({ volume, brick }: LostBrick, pool: string, node: string): string | undefined {
  const owner = poolOf(volume);
  if (volume.copies === 1) return `its only copy is gone: gluster volume delete ${volume.name}`;
  if (volume.copies <= fewest)
    return intentOf(volume) === undefined
      ? 'it has too few copies, see docs/pool.md'
      : `gnt-gluster pool reconcile --undo ${volume.name}`;
  if (owner === undefined) return `gluster ${removeCommand({ volume, brick }).join(' ')}`;
  return owner === pool ? undefined : `gnt-gluster pool remove --dead --pool ${owner} ${node}`;
}

function wordsOf({ peer, lost, kept }: DeadPlan): string {
  const words = [...lost, ...kept].map(({ volume, brick }) => [volume.id, volume.copies, nameOf(brick)]);
  return JSON.stringify([peer?.id, words, lost.length]);
}

/**
 * Why a volume cannot do without a brick. All its other bricks must run: one of them may be behind. A move that was
 * begun is no reason once every client writes to the new brick.
 */
async function againstLosing({ volume, brick }: LostBrick): Promise<readonly string[]> {
  const { name, copies, bricks, arbiters } = volume;
  const intent = intentOf(volume);
  const status = await orReason(() => volumeStatus(name));
  if (typeof status === 'string') return [`volume ${name}: ${status}`];
  const running = runningBricks(status);
  const runs = (one: VolumeBrick): boolean => running.has(brickKey(one.peer, one.path));
  const down = bricks.filter((one) => one !== brick && !runs(one));
  return [
    ...(intent === undefined || (typeof intent === 'object' && intent.stage === 'copying')
      ? []
      : [`volume ${name}: a change is under way: gnt-gluster pool reconcile --undo ${name}`]),
    ...(bricks.length > copies ? [`volume ${name} has more than one replica set`] : []),
    ...(arbiters > 0 ? [`volume ${name} has an arbiter`] : []),
    ...(runs(brick) ? [`volume ${name}: brick ${nameOf(brick)} runs`] : []),
    ...down.map((one) => `volume ${name}: brick ${nameOf(one)} does not run either`),
  ];
}

/** Takes a lost brick out of its volume, unless the volume was changed meanwhile, or another brick went away. */
async function giveUp(lost: LostBrick, follow: Follow): Promise<void> {
  const { volume, brick } = lost;
  const { name } = volume;
  await changeVolume(name, async () => {
    const now = await volumeInfo(name);
    const here = now?.bricks.find((one) => brickKey(one.peer, one.path) === brickKey(brick.peer, brick.path));
    if (now?.id !== volume.id || now.copies !== volume.copies || here === undefined)
      throw new Failure('busy', `volume ${name} is not what it was`, { hint: 'type the same again' });
    const problems = await againstLosing({ volume: now, brick: here });
    if (problems.length > 0) throw new Failure('unsupported', `${nameOf(brick)} cannot be given up`, { problems });
    follow.tell(`volume ${name}: the lost brick ${nameOf(brick)} leaves it`);
    await change(removeCommand(lost));
    const after = await volumeInfo(name);
    if (after?.id !== volume.id || after.bricks.some(({ peer }) => peer === brick.peer))
      throw new Failure('failed', `the lost brick was removed, and volume ${name} still has it`, {
        hint: `gluster volume info ${name}`,
      });
    const intent = intentOf(after);
    // It was to leave anyway: with that the move is done, but for what is still to be copied.
    if (typeof intent === 'object' && intent.from === nameOf(brick)) await writeIntent(name, undefined);
  });
}

/**
 * With fewer peers and copies some options are others. The self-heal daemon of GlusterFS 10 can die when a brick is
 * removed. Neither is a reason not to go on: another node may be dead, too.
 */
async function settle(pool: string, follow: Follow): Promise<void> {
  const reason = await orReason(async () => {
    for (const { name } of await quietVolumes(pool)) await applyOptions(name);
    await makeAllWell(pool, follow);
  });
  if (reason !== undefined) note(`warning: ${reason}: gnt-gluster pool status`);
}
