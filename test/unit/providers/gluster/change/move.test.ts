import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type MoveActions, moveBrick, type Stage } from '#gluster/change/move.ts';
import { Failure } from '#src/errors.ts';

const limits = { turn: 0, clients: 20 };

/** The end of the process that moves a brick: nothing it wanted to do afterwards is done. */
class Killed extends Error {}

type Fault = 'none' | 'refused' | 'refused and done' | 'killed before' | 'killed after';

interface World {
  old: boolean;
  fresh: boolean;
  stage: Stage | undefined;
  isHealingOff: boolean;
  /** After so many looks every client is on the new brick. */
  clientsAfter: number;
  /** The new brick was added, and not all peers took it. */
  isBroken: boolean;
  isComplete: boolean;
  readonly done: string[];
  /** What must never happen, and did. */
  readonly lost: string[];
}

function newWorld(more: Partial<World> = {}): World {
  return {
    old: true,
    fresh: false,
    stage: undefined,
    isHealingOff: false,
    clientsAfter: 2,
    isBroken: false,
    isComplete: false,
    done: [],
    lost: [],
    ...more,
  };
}

/** The actions on a volume that is a few variables. Each takes the next fault. */
function actionsIn(world: World, faults: Fault[], breaks = false): MoveActions {
  const act = async (name: string, effect: () => unknown): Promise<void> => {
    const fault = faults.shift() ?? 'none';
    if (fault === 'killed before') throw new Killed();
    if (fault === 'refused') throw new Failure('failed', `${name} was refused`);
    world.done.push(name);
    effect();
    check(world, name);
    if (fault === 'killed after') throw new Killed();
    if (fault === 'refused and done') throw new Failure('failed', `${name} timed out`);
  };
  return {
    look: async () => ({ ...world }),
    intend: (stage) => act(`intend ${stage}`, () => Object.assign(world, { stage })),
    heal: (on) => act(`heal ${on}`, () => Object.assign(world, { isHealingOff: !on })),
    add: () =>
      act('add', () => {
        world.fresh = true;
        world.isBroken = breaks;
        world.isComplete = false;
      }),
    refusal: async () => (world.isBroken ? 'a peer has other bricks' : undefined),
    lagging: async () => {
      world.clientsAfter -= 1;
      return world.clientsAfter > 0 ? 'a client is not on it' : undefined;
    },
    complete: () => act('complete', () => Object.assign(world, { isComplete: world.fresh && !world.isBroken })),
    remove: (brick) => act(`remove ${brick}`, () => Object.assign(world, { [brick]: false })),
  };
}

function check(world: World, name: string): void {
  const { old, fresh, stage, isHealingOff, clientsAfter, isBroken, isComplete, lost } = world;
  if (!old && !(fresh && isComplete)) lost.push(`${name}: the old brick went before the new one was complete`);
  if (fresh && old && !isHealingOff && clientsAfter > 0)
    lost.push(`${name}: it is copied while a client does not write to it`);
  if (fresh && old && !isHealingOff && isBroken) lost.push(`${name}: a brick that not all peers have is healed`);
  if (stage === undefined && (isHealingOff || (old && fresh))) lost.push(`${name}: nobody would finish it`);
}

async function run(world: World, faults: Fault[] = [], breaks = false): Promise<'moved' | 'killed' | Failure> {
  try {
    await moveBrick(actionsIn(world, faults, breaks), { tell: () => undefined, isStopped: () => false }, limits);
    return 'moved';
  } catch (error) {
    if (error instanceof Killed) return 'killed';
    if (error instanceof Failure) return error;
    throw error;
  }
}

describe('the move of a brick', () => {
  test('copies nothing before every client is on the new brick', async () => {
    const world = newWorld();
    expect(await run(world)).toBe('moved');
    expect(world.done).toEqual([
      'intend adding',
      'heal false',
      'add',
      'intend copying',
      'heal true',
      'complete',
      'remove old',
      'heal true',
      'intend undefined',
    ]);
  });

  test('is undone when a client stays on the old bricks', async () => {
    const world = newWorld({ clientsAfter: Number.POSITIVE_INFINITY });
    expect(await run(world)).toMatchObject({ message: 'the brick was not moved: a client is not on it' });
    expect(world).toMatchObject({ old: true, fresh: false, isHealingOff: false, stage: undefined, lost: [] });
  });

  test('is undone when not every peer has the new brick', async () => {
    const world = newWorld();
    expect(await run(world, [], true)).toMatchObject({ message: expect.stringContaining('a peer has other bricks') });
    expect(world).toMatchObject({ old: true, fresh: false, isHealingOff: false, stage: undefined, lost: [] });
  });

  test('that was killed while it copied goes on with copying', async () => {
    const world = newWorld({ fresh: true, stage: 'copying', clientsAfter: 0 });
    expect(await run(world)).toBe('moved');
    expect(world.done).not.toContain('add');
  });

  test('that was killed before that, and somebody had the daemons go on, begins anew', async () => {
    const world = newWorld({ fresh: true, stage: 'adding', clientsAfter: 0 });
    expect(await run(world)).toMatchObject({ message: expect.stringContaining('an earlier run did not say') });
    expect(world).toMatchObject({ old: true, fresh: false, stage: undefined });
  });

  const anyFault = fc.oneof(
    { weight: 4, arbitrary: fc.constant<Fault>('none') },
    { weight: 1, arbitrary: fc.constantFrom<Fault>('refused', 'refused and done', 'killed before', 'killed after') },
  );

  test('loses nothing, however often it is refused or killed, and is finished by the next ones', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anyFault, { maxLength: 12 }), { maxLength: 4 }),
        fc.nat(4),
        fc.boolean(),
        async (runs, clients, breaks) => {
          const world = newWorld({ clientsAfter: clients });
          let [moved, broken] = [false, breaks];
          for (const faults of runs) {
            moved = (await run(world, [...faults], broken)) === 'moved';
            broken = false;
            if (moved) break;
          }
          // What is undone is begun anew.
          for (let again = 0; again < 3 && !moved; again += 1) moved = (await run(world)) === 'moved';
          expect(world.lost).toEqual([]);
          expect(world).toMatchObject({
            old: false,
            fresh: true,
            stage: undefined,
            isHealingOff: false,
            isComplete: true,
          });
        },
      ),
      { numRuns: 2000 },
    );
  });
});
