import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unevenIn } from '#gluster/change/clients.ts';
import { lessOpenIn } from '#gluster/change/open-files.ts';
import { type Obstacles, refusalOf } from '#gluster/change/restart.ts';
import type { Observed } from '#gluster/glusterd/health.ts';
import type { VolumeBrick } from '#gluster/glusterd/volumes.ts';
import { well, without } from '../glusterd/observed.ts';

const complete = well(3);
const [first, second] = complete.volume.bricks as readonly [VolumeBrick, VolumeBrick];
const intent = '{"from":"none","to":"node4:/b","stage":"adding","run":"r"}';
const withIntent: Observed = {
  ...complete,
  volume: { ...complete.volume, options: new Map([['user.ganeti.intent', intent]]) },
};
const withoutHealer: Observed = {
  ...complete,
  status: { ...complete.status, healers: new Set(['id1', 'id2']), idleHealers: new Set(['id3']) },
};
const heal = 'gnt-gluster pool heal v';
const byHand = 'end its guests, then: gluster volume stop v; gluster volume start v';

test('a brick is ended where all the others run, and nothing waits', () => {
  expect(refusalOf(complete, second, {})).toBeUndefined();
  expect(refusalOf(well(2), second, {})).toBeUndefined();
  const pair = well(2, { 'cluster.quorum-type': 'auto' });
  expect(refusalOf(pair, second, {})).toBeUndefined();
  expect(refusalOf(pair, { ...first }, {})).toMatchObject({
    kind: 'unsupported',
    details: { problems: ['without it guests of v cannot write'], hint: byHand },
  });
});

test.each([
  ['another brick is down', without(complete, 3), [/is degraded/, /brick node3:\/b does not run/], heal],
  ['it is down itself', without(complete, 2), [/is degraded/, /brick node2:\/b does not run/], heal],
  ['a daemon does not run', withoutHealer, [/is degraded/, /self-heal daemon of node3/], heal],
  ['something waits', { ...complete, pending: { ...complete.pending, entries: 1 } }, [/is healing/, /1 entry/], heal],
  ['nothing is known of what waits', { ...complete, pending: 'locked' }, [/is unknown/, /locked/], heal],
  ['nothing is known of what runs', { ...complete, status: 'locked' }, [/is unknown/, /locked/], heal],
  ['there is one copy', well(1), [/volume v has one copy: guests would stop/], byHand],
  [
    'a change is under way',
    withIntent,
    [/a change is under way: a copy is made at node4:\/b/],
    'gnt-gluster pool reconcile',
  ],
] as const)('it is refused where %s', (_, observed, problems, hint) => {
  const refusal = refusalOf(observed, { ...(observed.volume.bricks[1] ?? first) }, {});
  expect(refusal?.details.hint).toBe(hint);
  expect(refusal?.details.problems).toEqual(problems.map((problem) => expect.stringMatching(problem)));
});

test('what is wrong with its process, or its clients, is told with where to look', () => {
  const hintOf = (obstacles: Obstacles) => refusalOf(complete, second, obstacles)?.details.hint;
  expect(hintOf({ process: 'multiplexed' })).toBe('gluster volume status v');
  expect(hintOf({ uneven: 'uneven' })).toBe('gluster volume status v clients');
});

test('a brick that moved meanwhile is not ended', () => {
  expect(refusalOf(complete, { ...second, path: '/c' }, {})?.details.problems).toEqual([
    'volume v does not have the brick any more',
  ]);
  expect(refusalOf(complete, { ...second }, {})).toBeUndefined();
});

test('all that is against it is told at once', () => {
  const observed = { ...without(complete, 3), volume: withIntent.volume };
  const refusal = refusalOf(observed, second, { process: 'multiplexed', uneven: 'uneven' });
  expect(refusal?.kind).toBe('busy');
  expect(refusal?.details.problems).toEqual([
    ...['a change is under way: a copy is made at node4:/b', 'volume v is degraded'],
    ...['brick node3:/b does not run', 'multiplexed', 'uneven'],
  ]);
});

test('every client is on all bricks where each has as many, and says so', () => {
  const keys = complete.volume.bricks.map(({ peer, path }) => `${peer}:${path}`);
  const count = fc.option(fc.nat({ max: 3 }), { nil: undefined });
  fc.assert(
    fc.property(fc.tuple(count, count, count), (counts) => {
      const known = keys.flatMap((key, index) => (counts[index] === undefined ? [] : [[key, counts[index]] as const]));
      const isEven = counts[0] !== undefined && counts.every((one) => one === counts[0]);
      expect(unevenIn(complete.volume, new Map(known)) === undefined).toBe(isEven);
    }),
  );
  expect(unevenIn(complete.volume, new Map(keys.map((key, index) => [key, index])))).toBe(
    'not every client is on all bricks: node1:/b has 0, node2:/b has 1, node3:/b has 2',
  );
  expect(unevenIn(complete.volume, new Map())).toBe('brick node1:/b does not say which clients it has');
});

test('a file that a brick has open less often than another one is told', () => {
  const brick = (name: string, open: Readonly<Record<string, number>>) => ({ name, open });
  expect([...lessOpenIn([brick('a', { x: 1, y: 2 }), brick('b', { x: 1, y: 1 }), brick('c', { z: 1 })])]).toEqual([
    ['x', 'c'],
    ['y', 'b'],
    ['z', 'a'],
  ]);
  const open = fc.dictionary(fc.uuid(), fc.integer({ min: 1, max: 3 }));
  fc.assert(fc.property(open, (same) => void expect(lessOpenIn([brick('a', same), brick('b', same)]).size).toBe(0)));
});
