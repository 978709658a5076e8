import fc from 'fast-check';
import { expect, test } from 'vitest';
import { healVolume } from '#gluster/glusterd/healing.ts';
import type { Observed } from '#gluster/glusterd/health.ts';
import { Failure } from '#src/errors.ts';
import { failureOf } from '../../../help.ts';
import { well, without } from './observed.ts';

/** Only a stall is soon: whatever else has a limit must not meet it on a busy machine. */
const limits = { turn: 1, call: 60_000, stall: 40, missing: 60_000, hopeless: 60_000 };
const impatient = { ...limits, missing: 80, hopeless: 200 };
const complete = well(3);
const waiting = (entries: number): Observed => ({ ...complete, pending: { ...complete.pending, entries } });

/** Has a volume healed that looks like this, look by look, and at last always like the last of these. */
async function healed(
  looks: readonly Observed[],
  {
    stopAfter = Number.POSITIVE_INFINITY,
    within = limits,
    doubts = [] as readonly (string | undefined)[],
    failing = false,
    first = undefined as (() => void) | undefined,
  } = {},
) {
  const [done, said]: [string[], string[]] = [[], []];
  let [count, asked] = [0, 0];
  const actions = {
    ...(first === undefined
      ? {}
      : {
          first: async () => {
            done.push('first');
            first();
          },
        }),
    look: async () => {
      count += 1;
      return looks[Math.min(count, looks.length) - 1] as Observed;
    },
    start: async () => {
      done.push('start');
      if (failing) throw new Failure('failed', 'it does not start');
    },
    endHealers: async (peers: readonly string[]) => void done.push(`end ${peers.join(' ')}`),
    hurry: async (on: boolean) => void done.push(on ? 'hurry' : 'as before'),
    heal: async () => void done.push('heal'),
    doubt: async () => doubts[asked++],
  };
  const follow = { tell: (line: string) => void said.push(line), isStopped: () => count > stopAfter };
  const outcome = await healVolume(actions, follow, within).then(
    () => 'healed',
    (error) => error,
  );
  return { done, said, outcome, looks: count };
}

test('a volume that is well is looked at, and nothing is done to it', async () => {
  expect(await healed([complete])).toEqual({ done: [], said: [], outcome: 'healed', looks: 3 });
});

test('clients are hurried before a brick is started, and until it has healed', async () => {
  const { done, outcome } = await healed([without(complete, 2), waiting(9), waiting(4), complete]);
  expect([outcome, done]).toEqual(['healed', ['hurry', 'start', 'heal', 'as before']]);
});

test('what is done first is done while clients are hurried, who stay so until all is healed, or it fails', async () => {
  const { done, outcome } = await healed([without(complete, 2), waiting(4), complete], { first: () => undefined });
  expect([outcome, done]).toEqual(['healed', ['hurry', 'first', 'start', 'heal', 'as before']]);
  const refuse = (): never => {
    throw new Failure('busy', 'not now');
  };
  const refused = await healed([complete], { first: refuse });
  expect(refused.outcome).toMatchObject({ kind: 'busy', message: 'not now' });
  expect([refused.done, refused.looks]).toEqual([['hurry', 'first', 'as before'], 0]);
});

test('a daemon that dies meanwhile is started again, also where there is no brick', async () => {
  for (const idle of ['id2', 'id9']) {
    const died = { ...waiting(3), status: { ...complete.status, idleHealers: new Set([idle]) } };
    const { done, outcome } = await healed([waiting(5), waiting(4), died, waiting(2), complete]);
    expect([outcome, done.filter((one) => one !== 'heal')]).toEqual(['healed', ['hurry', 'start', 'as before']]);
  }
});

test('a daemon that two starts do not help is ended before the third, and once only', async () => {
  const lost = { ...waiting(3), status: { ...complete.status, idleHealers: new Set(['id2']) } };
  const soon = { ...limits, turn: 2, call: 0 };
  const looks = [lost, lost, lost, lost, lost, complete];
  const { done, outcome } = await healed(looks, { within: soon });
  expect([outcome, done.filter((one) => one !== 'heal')]).toEqual([
    'healed',
    ['hurry', 'start', 'start', 'end id2', 'start', 'start', 'start', 'as before'],
  ]);
  const brick = without(complete, 3);
  expect((await healed([brick, brick, brick, brick, complete], { within: soon })).done).not.toContain('end id3');
  const runsBetween = [lost, lost, waiting(3), lost, lost, complete];
  expect((await healed(runsBetween, { within: soon })).done).not.toContain('end id2');
  const locked = { ...complete, status: 'locked' };
  expect((await healed([lost, locked, lost, locked, lost, complete], { within: soon })).done).toContain('end id2');
  const other = { ...waiting(3), status: { ...complete.status, idleHealers: new Set(['id3']) } };
  expect((await healed([lost, lost, other, other, complete], { within: soon })).done).not.toContain('end id3');
});

test('a start that fails does not keep a daemon from being ended; after that it is told', async () => {
  const lost = { ...waiting(3), status: { ...complete.status, idleHealers: new Set(['id2']) } };
  const soon = { ...limits, turn: 2, call: 0 };
  const { done, said, outcome } = await healed([lost], { within: soon, failing: true });
  expect(outcome).toMatchObject({ kind: 'failed', message: 'it does not start' });
  expect(done).toEqual(['hurry', 'start', 'start', 'end id2', 'start', 'as before']);
  expect(said.filter((line) => line === 'it does not start')).toHaveLength(2);
});

test('they are hurried when nothing heals', async () => {
  const stalled = Array.from({ length: 60 }, () => waiting(3));
  const { done, said, outcome } = await healed([waiting(5), ...stalled, complete]);
  expect(outcome).toBe('healed');
  expect(done.filter((one) => one !== 'heal')).toEqual(['hurry', 'as before']);
  expect(said.join('\n')).toMatch(/3 entries wait.*\n.*give their locks back/);
});

test('well once is not well', async () => {
  const { outcome, looks } = await healed([waiting(1), complete, complete, waiting(1), complete]);
  expect([outcome, looks]).toEqual(['healed', 7]);
});

test.each([
  ['a brick that does not come up', without(complete, 3), /stays degraded/, true],
  ['entries that do not heal', waiting(7), /stays healing/, true],
  [
    'a peer that is away',
    { ...complete, peers: complete.peers.map((peer) => ({ ...peer, connected: peer.isHere })) },
    /stays degraded/,
    false,
  ],
])('%s: given up, with what is wrong', async (_, observed, message, isHurried) => {
  const failure = await failureOf(async () => {
    const { outcome, done } = await healed([observed], { within: impatient });
    expect(done.filter((one) => one === 'hurry')).toHaveLength(isHurried ? 1 : 0);
    expect(done.at(-1)).toBe(isHurried ? 'as before' : undefined);
    if (outcome !== 'healed') throw outcome;
  });
  expect(failure).toMatchObject({ kind: 'unavailable', message: expect.stringMatching(message) });
  expect(failure.details.problems).not.toEqual([]);
});

test('whatever happens, and whenever it is stopped, nobody stays hurried, and no brick starts unhurried', async () => {
  const look = fc.constantFrom(complete, waiting(1), waiting(8), without(complete, 1), without(complete, 1, 2), {
    ...complete,
    status: 'Locking failed',
  });
  await fc.assert(
    fc.asyncProperty(fc.array(look, { minLength: 1, maxLength: 6 }), fc.nat({ max: 8 }), async (looks, stopAfter) => {
      const { done, outcome } = await healed([...looks, complete], { stopAfter });
      const hurries = done.filter((one) => one === 'hurry' || one === 'as before');
      expect([[], ['hurry', 'as before']]).toContainEqual(hurries);
      if (done.includes('start')) expect(done.indexOf('hurry')).toBeLessThan(done.indexOf('start'));
      if (hurries.length > 0) expect(done.at(-1)).toBe('as before');
      if (outcome !== 'healed') expect(outcome).toMatchObject({ kind: 'failed' });
    }),
    { numRuns: 40 },
  );
});

test('a volume that Gluster says is well has not healed while there is a doubt', async () => {
  const { done, said, outcome, looks } = await healed([complete], { doubts: [undefined, undefined, 'a is missing'] });
  expect(outcome).toBe('healed');
  expect(said).toEqual(['a is missing']);
  // It is well twice, in doubt once, and well three times in a row.
  expect(looks).toBe(6);
  expect(done).toEqual(['heal']);
});

test('a doubt that stays is told', async () => {
  const doubts = Array.from({ length: 10_000 }, () => 'a is missing');
  const { outcome } = await healed([complete], { doubts, within: impatient });
  expect(outcome).toMatchObject({
    kind: 'unavailable',
    message: 'volume v stays in doubt',
    details: { problems: ['a is missing'] },
  });
});

test('work that the daemons find while they heal is progress', async () => {
  const more = [1, 3, 20, 60, 120, 200, 300].flatMap((entries) => Array.from({ length: 8 }, () => waiting(entries)));
  const { done, outcome } = await healed([...more, complete], { within: { ...limits, turn: 40, stall: 2000 } });
  expect(outcome).toBe('healed');
  expect(done).not.toContain('hurry');
});

test('one answer that is missing does not end what heals for long', async () => {
  const looks = [...Array.from({ length: 60 }, () => waiting(5)), { ...complete, pending: 'locked' }, complete];
  const { outcome } = await healed(looks, { within: { ...limits, turn: 2, missing: 60 } });
  expect(outcome).toBe('healed');
});
