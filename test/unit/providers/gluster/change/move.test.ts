import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type MoveActions, moveBrick, undoMove } from '#gluster/change/move.ts';
import { Failure } from '#src/errors.ts';
import { actionsIn, type Fault, Killed, newWorld, type World } from './move-world.ts';

const limits = { turn: 0, clients: 20 };

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
      'retire old',
      'heal true',
      'intend undefined',
    ]);
  });

  test('takes no brick out of a volume that gets a copy more', async () => {
    const world = newWorld({ keepsOld: true });
    expect(await run(world)).toBe('moved');
    const steps = ['intend adding', 'heal false', 'add', 'intend copying', 'heal true', 'complete'];
    expect(world.done).toEqual([...steps, 'heal true', 'intend undefined']);
    const late = newWorld({ keepsOld: true, clientsAfter: Number.POSITIVE_INFINITY });
    expect(await run(late)).toMatchObject({ message: 'the copy was not made: a client is not on it' });
    expect(late).toMatchObject({ old: true, fresh: false, isHealingOff: false, stage: undefined, lost: [] });
  });

  test('has a second copy begin anew, because the daemons copied to it before they could be switched off', async () => {
    const second = { keepsOld: true, isSecondCopy: true };
    const world = newWorld(second);
    expect(await run(world)).toBe('moved');
    const steps = ['intend adding', 'add', 'pause', 'renew', 'intend copying', 'heal true', 'complete', 'trust'];
    expect(world.done).toEqual([...steps, 'heal true', 'intend undefined']);
    const killed = newWorld({ ...second, fresh: true, stage: 'adding', isHealingOff: true, isTainted: true });
    expect(await run(killed)).toMatchObject({ message: expect.stringContaining('an earlier run did not say') });
    expect(killed).toMatchObject({ old: true, fresh: false, isHealingOff: false, stage: undefined });
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

  test('touches nothing while another change of the volume is under way', async () => {
    const world = newWorld({ owner: undefined, isHealingOff: true });
    expect(await run(world)).toMatchObject({ kind: 'busy', message: 'another change of the volume is under way' });
    expect(world.done).toEqual([]);
  });

  test('touches nothing while another node works at it', async () => {
    const world = newWorld({ fresh: true, stage: 'copying', clientsAfter: 0 });
    const actions = { ...actionsIn(world, []), rival: async () => 'node node2 works at it' };
    await expect(moveBrick(actions, { tell: () => undefined, isStopped: () => false }, limits)).rejects.toThrow(
      'node2',
    );
    expect(world.done).toEqual([]);
  });

  test.each(['add', 'lagging', 'complete'] as const)('stops when another run takes over during %s', async (moment) => {
    const world = newWorld();
    const actions = actionsIn(world, []);
    const takenOver: MoveActions = {
      ...actions,
      [moment]: async () => {
        const result = await actions[moment]();
        if (moment !== 'lagging' || world.clientsAfter < 0) world.owner = -1;
        return result;
      },
    };
    const moving = moveBrick(takenOver, { tell: () => undefined, isStopped: () => false }, limits);
    await expect(moving).rejects.toBeInstanceOf(Failure);
    const before = moment === 'complete' ? 'complete' : 'add';
    expect(world.done.at(-1)).toBe(before);
    expect(world).toMatchObject({ old: true, fresh: true, isHealingOff: moment !== 'complete' });
  });

  test('refuses bricks that it does not know', async () => {
    expect(await run(newWorld({ isAsExpected: false }))).toMatchObject({ kind: 'unsupported' });
    expect(await run(newWorld({ fresh: true, clientsAfter: 0 }))).toMatchObject({ kind: 'unsupported' });
    expect(await run(newWorld({ old: false, fresh: false }))).toMatchObject({ kind: 'missing' });
  });

  test('is taken back at any stage, but not when the old brick is out', async () => {
    const follow = { tell: () => undefined, isStopped: () => false };
    for (const stage of ['adding', 'copying'] as const) {
      const world = newWorld({ fresh: true, stage, clientsAfter: 0, isHealingOff: stage === 'adding' });
      await undoMove(actionsIn(world, []), follow);
      expect(world).toMatchObject({ old: true, fresh: false, isHealingOff: false, stage: undefined, lost: [] });
    }
    const gone = newWorld({ old: false, fresh: true, isComplete: true, stage: 'copying' });
    await expect(undoMove(actionsIn(gone, []), follow)).rejects.toThrow('can only be finished');
  });

  test('is not taken back while a brick is away that may lack what the new one has', async () => {
    const world = newWorld({ fresh: true, stage: 'adding', clientsAfter: 0, isHealingOff: true });
    const actions = { ...actionsIn(world, []), need: async () => '1 of the bricks does not run' };
    await expect(undoMove(actions, { tell: () => undefined, isStopped: () => false })).rejects.toThrow('does not run');
    expect(world).toMatchObject({ fresh: true, isHealingOff: true, stage: 'adding' });
  });

  test('is undone when a client comes back that was never on the new brick', async () => {
    const world = newWorld();
    const actions = { ...actionsIn(world, []), complete: async () => 'a client is on the old bricks only' };
    await expect(moveBrick(actions, { tell: () => undefined, isStopped: () => false }, limits)).rejects.toThrow(
      'old bricks only',
    );
    expect(world).toMatchObject({ old: true, fresh: false, isHealingOff: false, stage: undefined, lost: [] });
  });

  test('that was killed while it copied goes on with copying', async () => {
    const world = newWorld({ fresh: true, stage: 'copying', clientsAfter: 0 });
    expect(await run(world)).toBe('moved');
    expect(world.done).not.toContain('add');
  });

  test('whose new brick somebody took out while it was copied does not trust what was noted of that', async () => {
    const world = newWorld({ stage: 'copying', clientsAfter: 3 });
    expect(await run(world, ['none', 'none', 'none', 'killed before'])).toBe('killed');
    expect(world).toMatchObject({ fresh: true, stage: 'adding', isHealingOff: true, lost: [] });
    expect(await run(world)).toBe('moved');
    expect(world.lost).toEqual([]);
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
        fc.boolean(),
        fc.boolean(),
        async (runs, clients, breaks, keepsOld, isSecondCopy) => {
          const world = newWorld({ keepsOld, isSecondCopy, clientsAfter: clients });
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
            old: keepsOld,
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
