import { setTimeout as sleep } from 'node:timers/promises';
import type { Follow } from '#gluster/glusterd/healing.ts';
import { asFailure, Failure } from '#src/errors.ts';

/** How a volume is while one of its bricks is moved. */
export interface Standing {
  readonly old: boolean;
  readonly fresh: boolean;
  /** Whether it has no other bricks than it had before, and the new one. */
  readonly isAsExpected: boolean;
  /** What the volume says is under way: nothing, this move by this run or by another one, or another change. */
  readonly claim: 'none' | 'ours' | 'begun' | 'other';
  /**
   * How far this move came. adding: the new brick may miss what clients write. copying: every client writes to it.
   */
  readonly stage: Stage | undefined;
  /** Whether the self-heal daemons are switched off. */
  readonly isHealingOff: boolean;
}

export type Stage = 'adding' | 'copying';

/** What is done to a volume to move one of its bricks, or to give it one more. */
export interface MoveActions {
  /** The volume gets a copy more: there is no old brick that leaves it, and `old` is always true. */
  readonly keepsOld: boolean;
  /**
   * The volume has one copy: its self-heal daemons cannot be switched off before it has two. To add the new brick does
   * so, and has it begin anew.
   */
  readonly isSecondCopy: boolean;
  readonly look: () => Promise<Standing>;
  /** Who works at this move on another node; undefined when nobody is known to. */
  readonly rival: () => Promise<string | undefined>;
  /** Notes on the volume how far this run is, for whoever finishes it; undefined: nothing is under way. */
  readonly intend: (stage: Stage | undefined) => Promise<void>;
  /** Switches the self-heal daemons of the volume on or off. */
  readonly heal: (on: boolean) => Promise<void>;
  /** Adds the new brick. */
  readonly add: () => Promise<void>;
  /** Why not every peer took the new brick as it should; undefined when all did. */
  readonly refusal: () => Promise<string | undefined>;
  /** What keeps a client from being on the new brick; undefined when every client is. */
  readonly lagging: () => Promise<string | undefined>;
  /** Returns when the new brick is complete beyond doubt; or why it never can be, because of a client. */
  readonly complete: () => Promise<string | undefined>;
  /** Clients may do with the new brick alone from now on: it is complete, or it has left. */
  readonly trust: () => Promise<void>;
  /** Why the volume would not do without the new brick; undefined when all others run. */
  readonly need: () => Promise<string | undefined>;
  /** Takes a brick out of the volume. */
  readonly remove: (brick: 'old' | 'fresh') => Promise<void>;
  /** Renames the directory of a brick that is out, unless that was done. */
  readonly retire: (brick: 'old' | 'fresh') => Promise<void>;
}

/** How long things may take: milliseconds. */
export const moveTimes = {
  /** Between two looks at the clients. */
  turn: 2000,
  /** For all clients to be on the new brick. */
  clients: 300_000,
};

/** So many times in a row every client has to be on the new brick. */
const times = 3;

const toFinish = { hint: 'gnt-gluster pool reconcile' };

/**
 * Moves a brick: the new one is added, filled and proven before the old one is removed. Guests go on meanwhile. A
 * volume that gets a copy more keeps all old ones.
 *
 * The self-heal daemons are off from before the new brick is added until every client writes to it. Without that they
 * copy while some client still writes to the old bricks only, and that is never noticed (docs/pool.md). What was begun
 * by an earlier run is finished; what is not sure of it is undone, which loses nothing: the old bricks are complete.
 * Before each step that matters the volume has to say that this run does it: another one may have taken over.
 *
 * Throws a Failure when it was undone; and one of kind unavailable when the new brick does not become complete. Then
 * both stay, and the next call goes on.
 */
export async function moveBrick(actions: MoveActions, follow: Follow, limits = moveTimes): Promise<void> {
  const standing = await begin(actions);
  if (standing.old) {
    if (!(standing.fresh && standing.stage === 'copying')) {
      const isInBracket = standing.stage === 'adding' && standing.isHealingOff && !actions.isSecondCopy;
      if (standing.fresh && !isInBracket)
        throw await undone(actions, follow, 'an earlier run did not say whether every client is on the new brick');
      await addInBracket(actions, follow, limits, standing);
    }
    await requireOurs(actions);
    await actions.heal(true);
    follow.tell('copying to the new brick');
    const late = await actions.complete();
    if (late !== undefined) throw await undone(actions, follow, late);
    await requireOurs(actions);
    await actions.trust();
    if (!actions.keepsOld) {
      follow.tell('removing the old brick');
      await actions.remove('old');
    }
  }
  if (!actions.keepsOld) await actions.retire('old');
  await actions.heal(true);
  await actions.intend(undefined);
}

/** Takes the new brick out again, whatever was done; the old one has to be there. */
export async function undoMove(actions: MoveActions, follow: Follow): Promise<void> {
  const { old } = await begin(actions);
  if (!old)
    throw new Failure('unsupported', 'the old brick has left the volume: the move can only be finished', toFinish);
  await takeOut(actions, follow, 'the move is undone');
}

/** The volume says that this run moves the brick when this returns; what it returns is how it was found. */
async function begin(actions: MoveActions): Promise<Standing> {
  const standing = await actions.look();
  const { old, fresh, claim, isAsExpected } = standing;
  if (claim === 'other') throw new Failure('busy', 'another change of the volume is under way', toFinish);
  if (!old && !fresh) throw new Failure('missing', 'the volume has neither the old brick nor the new one');
  if (!isAsExpected || (claim === 'none' && fresh))
    throw new Failure('unsupported', 'the volume has bricks that this move does not know');
  const rival = claim === 'begun' ? await actions.rival() : undefined;
  if (rival !== undefined) throw new Failure('busy', rival, { hint: 'wait until it has ended' });
  // What was noted of a brick that is not there any more says nothing of the one that is added now.
  const stage = old && !fresh ? undefined : standing.stage;
  await actions.intend(stage ?? 'adding');
  await requireOurs(actions);
  return { ...standing, stage };
}

async function requireOurs(actions: MoveActions): Promise<Standing> {
  const standing = await actions.look();
  if (standing.claim === 'ours') return standing;
  throw takenOver();
}

/** The Failure of a run that the volume does not name any more. */
export function takenOver(): Failure {
  return new Failure('busy', 'another run took over this move, or another change of the volume began', toFinish);
}

/** The new brick is part of the volume, and every client writes to it, when this returns; nothing was copied yet. */
async function addInBracket(
  actions: MoveActions,
  follow: Follow,
  limits: typeof moveTimes,
  standing: Standing,
): Promise<void> {
  try {
    if (!standing.fresh) {
      if (!actions.isSecondCopy) await actions.heal(false);
      follow.tell('adding the new brick');
      await actions.add();
    }
    const refusal = await actions.refusal();
    if (refusal !== undefined) throw new Failure('failed', refusal);
    await untilAllClients(actions, follow, limits);
    const { fresh, isHealingOff, isAsExpected } = await requireOurs(actions);
    if (!fresh || !isHealingOff || !isAsExpected) throw new Failure('failed', 'the volume was changed meanwhile');
    await actions.intend('copying');
  } catch (error) {
    const failure = asFailure(error);
    if (failure === undefined) throw error;
    throw await undone(actions, follow, failure.message, failure);
  }
}

async function untilAllClients(
  { lagging }: MoveActions,
  { tell, isStopped }: Follow,
  limits: typeof moveTimes,
): Promise<void> {
  tell('waiting until every client is on the new brick');
  const start = performance.now();
  for (let equal = 0; equal < times; ) {
    if (isStopped()) throw new Failure('failed', 'it was stopped before every client was on the new brick');
    const reason = await lagging();
    equal = reason === undefined ? equal + 1 : 0;
    if (equal === times) return;
    if (reason !== undefined && performance.now() - start > limits.clients) throw new Failure('unavailable', reason);
    await sleep(limits.turn);
  }
}

/** Undoes the move, and returns the Failure that says why. Throws one that says how to go on when it cannot. */
async function undone(actions: MoveActions, follow: Follow, reason: string, cause?: Failure): Promise<Failure> {
  try {
    await takeOut(actions, follow, reason);
  } catch (error) {
    const failure = asFailure(error);
    if (failure === undefined) throw error;
    const problems = [reason, failure.message];
    return new Failure('failed', 'the move is neither finished nor undone', { problems, cause: failure, ...toFinish });
  }
  const what = actions.keepsOld ? 'the copy was not made' : 'the brick was not moved';
  return new Failure(cause?.kind ?? 'failed', `${what}: ${reason}`, {
    ...cause?.details,
    ...(cause === undefined ? {} : { cause }),
    hint: cause?.details.hint ?? 'the volume has its old bricks; try again',
  });
}

/**
 * Takes the new brick out again. The daemons go on only then: they must not copy to it. To note it takes the lock of
 * the volume: a command that was given up, and goes on in glusterd, has ended then.
 */
async function takeOut(actions: MoveActions, { tell }: Follow, reason: string): Promise<void> {
  await requireOurs(actions);
  await actions.intend('adding');
  tell(`${reason}: taking the new brick out again`);
  if ((await actions.look()).fresh) {
    const need = await actions.need();
    if (need !== undefined) throw new Failure('unavailable', need);
    await actions.remove('fresh');
    await actions.retire('fresh');
  }
  const { fresh, isAsExpected } = await requireOurs(actions);
  if (fresh || !isAsExpected) throw new Failure('failed', 'the volume has other bricks than before the move');
  await actions.trust();
  await actions.heal(true);
  await actions.intend(undefined);
}
