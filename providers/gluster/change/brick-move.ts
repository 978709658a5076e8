import { ask } from '#gluster/agent/ask.ts';
import type { PeerNodes } from '#gluster/agent/peer-nodes.ts';
import type { Observed } from '#gluster/glusterd/health.ts';
import { observe } from '#gluster/glusterd/observe.ts';
import { change, isOff } from '#gluster/glusterd/options.ts';
import { peers } from '#gluster/glusterd/peers.ts';
import { brickKey, runningBricks } from '#gluster/glusterd/status.ts';
import { nameOf, type Volume, type VolumeBrick, volumeInfo } from '#gluster/glusterd/volumes.ts';
import { asFailure, Failure } from '#src/errors.ts';
import { note } from '#src/reply.ts';
import { type Intent, intentOf, intentOption, intentText, noBrick } from './intent.ts';
import type { Stage, Standing } from './move.ts';
import { nodeOf } from './nodes.ts';

/** A place of a brick: which glusterd, which directory, and how commands call it. */
export type Place = Pick<VolumeBrick, 'peer' | 'path' | 'host'>;

/** A brick that is to leave, and the place that its data gets. */
export interface BrickMove {
  /** As it was before. */
  readonly volume: Volume;
  /** undefined: none leaves, and the volume gets a copy more. */
  readonly from: Place | undefined;
  readonly to: Place;
  /** How many copies the volume has before. */
  readonly copies: number;
  /** What tells this run of the move from others. */
  readonly run: string;
}

const daemon = 'cluster.self-heal-daemon';

/** The commands of gluster that a move takes, without those of the intent. */
export function commandsOf({ volume: { name }, from, to, copies }: BrickMove) {
  return {
    pause: ['volume', 'set', name, daemon, 'off'],
    add: ['volume', 'add-brick', name, 'replica', `${copies + 1}`, nameOf(to)],
    // on is what holds when nothing is set.
    resume: ['volume', 'reset', name, daemon],
    remove:
      from === undefined ? undefined : ['volume', 'remove-brick', name, 'replica', `${copies}`, nameOf(from), 'force'],
    undo: ['volume', 'remove-brick', name, 'replica', `${copies}`, nameOf(to), 'force'],
  };
}

/** How the volume is now; with the new brick it has a copy more. */
export async function observeMove(move: BrickMove): Promise<Observed> {
  return await observe(await volumeOf(move), await peers());
}

/** The volume as it is now. Throws a Failure of kind unavailable when another one has its name. */
export async function volumeOf({ volume: { name, id } }: Pick<BrickMove, 'volume'>): Promise<Volume> {
  const now = await volumeInfo(name);
  if (now?.id === id) return now;
  throw new Failure('unavailable', `volume ${name} is not what it was`, { hint: `gluster volume info ${name}` });
}

/** How far a move is, as the volume says. */
export function standingOf({ from, to, copies, run }: BrickMove, volume: Volume): Standing {
  const [old, fresh] = [from === undefined || hasBrick(volume, from), hasBrick(volume, to)];
  const intent = intentOf(volume);
  const isHealingOff = isOff(volume.options.get(daemon) ?? 'on');
  const isAsExpected = volume.bricks.length === copies + (old && fresh ? 1 : 0);
  const facts = { old, fresh, isHealingOff, isAsExpected };
  if (intent === undefined) return { ...facts, claim: 'none', stage: undefined };
  if (typeof intent === 'string' || intent.from !== leaving(from) || intent.to !== nameOf(to))
    return { ...facts, claim: 'other', stage: undefined };
  return { ...facts, claim: intent.run === run ? 'ours' : 'begun', stage: intent.stage };
}

/** Whether a volume has a brick at a place. */
export function hasBrick({ bricks }: Volume, { peer, path }: Place): boolean {
  return bricks.some((brick) => brickKey(brick.peer, brick.path) === brickKey(peer, path));
}

/** Notes on the volume how far a move is. */
export async function intend({ volume: { name }, from, to, run }: BrickMove, stage: Stage | undefined): Promise<void> {
  const intent: Intent | undefined = stage && { from: leaving(from), to: nameOf(to), stage, run };
  await writeIntent(name, intent);
}

/** Notes on a volume what is under way; undefined: nothing is. */
export async function writeIntent(name: string, intent: Intent | undefined): Promise<void> {
  await change(['volume', 'set', name, intentOption, intentText(intent)]);
}

/** What an intent says of the brick that leaves. */
function leaving(from: Place | undefined): string {
  return from === undefined ? noBrick : nameOf(from);
}

/** Takes one of the two bricks out of the volume. Throws when the volume has it nevertheless. */
export async function removeBrick(move: BrickMove, brick: 'old' | 'fresh'): Promise<void> {
  const { remove, undo } = commandsOf(move);
  const command = brick === 'old' ? remove : undo;
  if (command === undefined) throw new Error(`no brick leaves volume ${move.volume.name}`);
  await change(command);
  if (!standingOf(move, await volumeOf(move))[brick]) return;
  throw new Failure('failed', `the ${brick === 'old' ? 'old' : 'new'} brick was removed, and the volume still has it`);
}

/** Renames what a brick leaves behind. That a node cannot is no reason to leave a volume in the middle of a move. */
export async function retire({ volume }: BrickMove, left: Place, nodes: PeerNodes): Promise<void> {
  try {
    await ask(nodeOf(left, nodes), 'retire brick', { volume: volume.id, path: left.path });
  } catch (error) {
    const failure = asFailure(error);
    if (failure === undefined) throw error;
    note(`warning: ${nameOf(left)} keeps its name: ${failure.message}`);
  }
}

/**
 * Which of the other bricks does not run: what the others lack may be on the new brick only. A brick of a peer that is
 * gone for good does not count where two others run, with the first: more than half of all bricks have what was
 * written, or half of them with the first.
 */
export function neededBy({ volume, status }: Observed, to: Place, gone: ReadonlySet<string>): string | undefined {
  if (typeof status !== 'object') return status ?? `volume ${volume.name} is stopped`;
  const running = runningBricks(status);
  const others = volume.bricks.filter(({ peer, path }) => brickKey(peer, path) !== brickKey(to.peer, to.path));
  const down = others.filter(({ peer, path }) => !running.has(brickKey(peer, path)));
  const lost = down.filter((brick) => gone.has(brick.peer) && brick !== volume.bricks[0]);
  const isEnough = lost.length === 1 && others.length - lost.length >= 2;
  const [missing] = isEnough ? down.filter((brick) => !lost.includes(brick)) : down;
  return missing && `brick ${nameOf(missing)} does not run: start it first`;
}
