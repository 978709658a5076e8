import { ask } from '#gluster/agent/ask.ts';
import type { PeerNodes } from '#gluster/agent/peer-nodes.ts';
import type { Observed } from '#gluster/glusterd/health.ts';
import { observe } from '#gluster/glusterd/observe.ts';
import { change } from '#gluster/glusterd/options.ts';
import { peers } from '#gluster/glusterd/peers.ts';
import { brickKey, clientCounts } from '#gluster/glusterd/status.ts';
import { nameOf, type Volume, type VolumeBrick, volumeInfo } from '#gluster/glusterd/volumes.ts';
import { asFailure, Failure } from '#src/errors.ts';
import { note } from '#src/reply.ts';
import { type Intent, intentOf, intentOption, intentText } from './intent.ts';
import type { MoveActions, Stage } from './move.ts';
import { nodeOf } from './nodes.ts';

/** A place of a brick: which glusterd, which directory, and how commands call it. */
export type Place = Pick<VolumeBrick, 'peer' | 'path' | 'host'>;

/** A brick that is to leave, and the place that its data gets. */
export interface BrickMove {
  /** As it was before. */
  readonly volume: Volume;
  readonly from: Place;
  readonly to: Place;
  /** How many copies the volume has before and afterwards. */
  readonly copies: number;
}

/** The commands of gluster that a move takes, without those of the intent. */
export function commandsOf({ volume: { name }, from, to, copies }: BrickMove) {
  const daemon = 'cluster.self-heal-daemon';
  return {
    pause: ['volume', 'set', name, daemon, 'off'],
    add: ['volume', 'add-brick', name, 'replica', `${copies + 1}`, nameOf(to)],
    // on is what holds when nothing is set.
    resume: ['volume', 'reset', name, daemon],
    remove: ['volume', 'remove-brick', name, 'replica', `${copies}`, nameOf(from), 'force'],
    undo: ['volume', 'remove-brick', name, 'replica', `${copies}`, nameOf(to), 'force'],
  };
}

/** What moveBrick does, on real volumes. `complete` returns when the new brick is. */
export function actionsOf(move: BrickMove, nodes: PeerNodes, complete: () => Promise<void>): MoveActions {
  const { from, to } = move;
  const commands = commandsOf(move);
  return {
    look: async () => standingOf(move, await volumeOf(move)),
    intend: (stage) => intend(move, stage),
    heal: async (on) => {
      if (isHealingOff(await volumeOf(move)) === on) await change(on ? commands.resume : commands.pause);
    },
    add: () => change(commands.add),
    refusal: () => refusal(move, nodes),
    lagging: () => lagging(move),
    complete,
    remove: async (brick) => {
      await change(brick === 'old' ? commands.remove : commands.undo);
      const left = brick === 'old' ? from : to;
      const standing = standingOf(move, await volumeOf(move));
      if (brick === 'old' ? standing.old : standing.fresh)
        throw new Failure('failed', `brick ${nameOf(left)} was removed, and the volume still has it`);
      await retire(move, left, nodes);
    },
  };
}

/** Renames what a brick leaves behind. That a node cannot is no reason to leave a volume in the middle of a move. */
async function retire({ volume }: BrickMove, left: Place, nodes: PeerNodes): Promise<void> {
  try {
    await ask(nodeOf(left, nodes), 'retire brick', { volume: volume.id, path: left.path });
  } catch (error) {
    const failure = asFailure(error);
    if (failure === undefined) throw error;
    note(`warning: ${nameOf(left)} keeps its name: ${failure.message}`);
  }
}

/** How the volume is now; with the new brick it has a copy more. */
export async function observeMove(move: BrickMove): Promise<Observed> {
  return await observe(await volumeOf(move), await peers());
}

async function volumeOf({ volume: { name, id } }: BrickMove): Promise<Volume> {
  const now = await volumeInfo(name);
  if (now?.id === id) return now;
  throw new Failure('unavailable', `volume ${name} is not what it was`, { hint: `gluster volume info ${name}` });
}

function standingOf({ from, to }: BrickMove, volume: Volume) {
  const has = ({ peer, path }: Place): boolean =>
    volume.bricks.some((brick) => brickKey(brick.peer, brick.path) === brickKey(peer, path));
  const intent = intentOf(volume);
  const stage = typeof intent === 'object' ? intent.stage : undefined;
  return { old: has(from), fresh: has(to), stage, isHealingOff: isHealingOff(volume) };
}

function isHealingOff({ options }: Volume): boolean {
  return ['off', 'disable', 'no', 'false', '0'].includes(options.get('cluster.self-heal-daemon') ?? 'on');
}

async function intend({ volume: { name }, from, to }: BrickMove, stage: Stage | undefined): Promise<void> {
  const intent: Intent | undefined = stage && { from: nameOf(from), to: nameOf(to), stage };
  await change(['volume', 'set', name, intentOption, intentText(intent)]);
}

/**
 * Why not every peer has the new brick, or why the old ones do not mark what it lacks. An add-brick during which a
 * glusterd died can leave an empty brick that no mark tells of. While the daemons are off the marks stay.
 */
async function refusal(move: BrickMove, nodes: PeerNodes): Promise<string | undefined> {
  const volume = await volumeOf(move);
  const wanted = volume.bricks.map(({ peer, path }) => brickKey(peer, path));
  if (!standingOf(move, volume).fresh) return `the volume does not have brick ${nameOf(move.to)}`;
  for (const brick of volume.bricks) {
    const node = nodeOf(brick, nodes);
    const seen = await ask(node, 'seen volume', { name: volume.name });
    const [stray] = seen.strayed;
    if (stray !== undefined) return `the glusterd of ${node} says that ${stray}`;
    if (seen.id !== volume.id || seen.copies !== volume.copies || seen.bricks.join() !== wanted.join())
      return `the glusterd of ${node} has other bricks of the volume`;
    const isNew = brickKey(brick.peer, brick.path) === brickKey(move.to.peer, move.to.path);
    if (!isNew && (await ask(node, 'brick index', { volume: volume.id, path: brick.path })) === 0)
      return `brick ${nameOf(brick)} has no mark of what the new brick lacks`;
  }
  return undefined;
}

/** A client that cannot reach a glusterd goes on with the old bricks: then these have more clients than the new one. */
async function lagging(move: BrickMove): Promise<string | undefined> {
  const volume = await volumeOf(move);
  const counts = await clientCounts(volume.name);
  const clients = volume.bricks.map((brick) => ({ brick, count: counts.get(brickKey(brick.peer, brick.path)) }));
  const silent = clients.find(({ count }) => count === undefined);
  if (silent !== undefined) return `brick ${nameOf(silent.brick)} does not say which clients it has`;
  if (new Set(clients.map(({ count }) => count)).size === 1) return undefined;
  return `not every client is on all bricks: ${clients.map(({ brick, count }) => `${nameOf(brick)} has ${count}`).join(', ')}`;
}
