import { setTimeout as sleep } from 'node:timers/promises';
import type { Follow } from '#gluster/glusterd/healing.ts';
import { Failure } from '#src/errors.ts';

/** Which of the two bricks a volume has while one is moved. */
export interface Standing {
  readonly old: boolean;
  readonly fresh: boolean;
  /**
   * How far an earlier run came, as the volume itself says. adding: the new brick may miss what clients write. copying:
   * every client writes to it.
   */
  readonly stage: Stage | undefined;
  /** Whether the self-heal daemons are switched off. */
  readonly isHealingOff: boolean;
}

export type Stage = 'adding' | 'copying';

/** What is done to a volume to move one of its bricks. */
export interface MoveActions {
  readonly look: () => Promise<Standing>;
  /** Notes on the volume how far the move is, for whoever finishes it; undefined: there is none. */
  readonly intend: (stage: Stage | undefined) => Promise<void>;
  /** Switches the self-heal daemons of the volume on or off. */
  readonly heal: (on: boolean) => Promise<void>;
  /** Adds the new brick. */
  readonly add: () => Promise<void>;
  /** Why not every peer took the new brick as it should; undefined when all did. */
  readonly refusal: () => Promise<string | undefined>;
  /** What keeps a client from being on the new brick; undefined when every client is. */
  readonly lagging: () => Promise<string | undefined>;
  /** Returns when the new brick is complete beyond doubt. */
  readonly complete: () => Promise<void>;
  /** Takes a brick out of the volume, and renames its directory. */
  readonly remove: (brick: 'old' | 'fresh') => Promise<void>;
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

/**
 * Moves a brick: the new one is added, filled and proven before the old one is removed. Guests go on meanwhile.
 *
 * The self-heal daemons are off from before the new brick is added until every client writes to it. Without that they
 * copy while some client still writes to the old bricks only, and that is never noticed (docs/pool.md). What was begun
 * by an earlier run is finished; what is not sure of it is undone, which loses nothing: the old bricks are complete.
 *
 * Throws a Failure when it was undone; and one of kind unavailable when the new brick does not become complete. Then
 * both stay, and the next call goes on.
 */
export async function moveBrick(actions: MoveActions, follow: Follow, limits = moveTimes): Promise<void> {
  const standing = await actions.look();
  if (standing.old && !(standing.fresh && standing.stage === 'copying')) {
    if (standing.fresh && !(standing.stage === 'adding' && standing.isHealingOff))
      throw await undone(actions, follow, 'an earlier run did not say whether every client is on the new brick');
    await addInBracket(actions, follow, limits, standing);
  }
  if (standing.old) {
    await actions.heal(true);
    follow.tell('copying to the new brick');
    await actions.complete();
    follow.tell('removing the old brick');
    await actions.remove('old');
  }
  await actions.heal(true);
  await actions.intend(undefined);
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
      await actions.intend('adding');
      await actions.heal(false);
      follow.tell('adding the new brick');
      await actions.add();
    }
    const refusal = await actions.refusal();
    if (refusal !== undefined) throw new Failure('failed', refusal);
    await untilAllClients(actions, follow, limits);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw await undone(actions, follow, error.message, error);
  }
  await actions.intend('copying');
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

/** Takes the new brick out again. The daemons go on only then: they must not copy to it. */
async function undone(actions: MoveActions, { tell }: Follow, reason: string, cause?: Failure): Promise<Failure> {
  tell(`${reason}: taking the new brick out again`);
  if ((await actions.look()).fresh) await actions.remove('fresh');
  await actions.heal(true);
  await actions.intend(undefined);
  return new Failure(cause?.kind ?? 'failed', `the brick was not moved: ${reason}`, {
    ...cause?.details,
    ...(cause === undefined ? {} : { cause }),
    hint: cause?.details.hint ?? 'the volume has its old bricks; try again',
  });
}
