import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planGrowth } from '#gluster/pool/grow.ts';
import {
  freeSlots,
  layoutOf,
  nextVolume,
  type PlacedBrick,
  type PlacedStep,
  type PoolView,
  placeSteps,
} from '#gluster/pool/view.ts';
import { failureOf, propertyRuns } from '../../../help.ts';
import { anyNodes, wanted } from './layouts.ts';

const empty: PoolView = {
  nodes: ['a', 'b', 'c'].map((name) => ({
    name: `${name}.lab`,
    host: name,
    domain: name,
    slots: [
      { directory: '/s/2', size: 20 },
      { directory: '/s/1', size: 10 },
    ],
  })),
  volumes: [],
};

const brick = (node: string, path: string): PlacedBrick => ({ node: `${node}.lab`, host: node, path });

test('each brick gets a slot of its node, the smallest that is large enough', () => {
  const steps = placeSteps(empty, [
    { action: 'create', volume: 'v', nodes: ['a.lab', 'b.lab'], size: 10 },
    { action: 'create', volume: 'w', nodes: ['a.lab'], size: 1 },
    { action: 'move', volume: 'v', from: 'a.lab', to: 'c.lab', copy: 5 },
    { action: 'create', volume: 'x', nodes: ['a.lab'], size: 1 },
  ]);
  expect(steps).toEqual([
    { action: 'create', volume: 'v', bricks: [brick('a', '/s/1/v'), brick('b', '/s/1/v')], size: 10 },
    { action: 'create', volume: 'w', bricks: [brick('a', '/s/2/w')], size: 1 },
    { action: 'move', volume: 'v', from: brick('a', '/s/1/v'), to: brick('c', '/s/1/v'), copy: 5, copies: 2 },
    { action: 'create', volume: 'x', bricks: [brick('a', '/s/1/x')], size: 1 },
  ]);
});

test('a brick is known by where it lies, also when its directory is called otherwise', async () => {
  const volumes = [{ name: 'v', bricks: [brick('a', '/s/2/other')], used: 7 }];
  const [a] = empty.nodes;
  expect(a && freeSlots(a, volumes[0]?.bricks ?? [])).toEqual([{ directory: '/s/1', size: 10 }]);
  expect(layoutOf({ ...empty, volumes }).sets).toEqual([
    { volume: 'v', bricks: [{ node: 'a.lab', size: 20 }], used: 7 },
  ]);
  for (const lost of [brick('a', '/s/22/v'), brick('a', '/s/2'), brick('d', '/s/2/v')])
    expect(
      await failureOf(() => layoutOf({ ...empty, volumes: [{ name: 'v', bricks: [lost], used: 0 }] })),
    ).toMatchObject({ kind: 'unavailable', details: { problems: [expect.stringContaining(lost.path)] } });
});

test('a slot with the brick of any volume is not free, and no name in a slot is used again', () => {
  const others = [brick('a', '/s/1/other')];
  const step = { action: 'create', volume: 'v', nodes: ['a.lab', 'b.lab'], size: 1 } as const;
  const bricksOf = (view: PoolView) => placeSteps(view, [step]).flatMap((one) => ('bricks' in one ? one.bricks : []));
  expect(bricksOf({ ...empty, others })).toEqual([brick('a', '/s/2/v'), brick('b', '/s/1/v')]);
  expect(layoutOf({ ...empty, others }).nodes.map(({ free }) => free.length)).toEqual([1, 2, 2]);
  const entries = ['v', 'v-2', 'w-3'];
  const nodes = empty.nodes.map((node) => ({ ...node, slots: node.slots.map((slot) => ({ ...slot, entries })) }));
  expect(bricksOf({ nodes, volumes: [] })).toEqual([brick('a', '/s/1/v-3'), brick('b', '/s/1/v-3')]);
});

test('of any pool, no two bricks ever share a slot, and the plan is the one that was made', () => {
  fc.assert(
    fc.property(anyNodes(), fc.integer({ min: 1, max: 3 }), fc.nat({ max: 12 }), (nodes, copies, more) => {
      const view = { nodes: nodes.slice(0, more).map(slotted), volumes: [] };
      const first = carryOut(view, placeSteps(view, planGrowth(layoutOf(view), wanted(copies))));
      // All nodes are there now, and what was made is found where it lies.
      const all = { nodes: nodes.map(slotted), volumes: first };
      const plan = planGrowth(layoutOf(all), wanted(copies));
      const after = { nodes: all.nodes, volumes: carryOut(all, placeSteps(all, plan)) };
      expect(planGrowth(layoutOf(after), wanted(copies))).toEqual([]);
    }),
    { numRuns: propertyRuns },
  );
});

function slotted({ name, domain, free }: ReturnType<typeof layoutOf>['nodes'][number]): PoolView['nodes'][number] {
  return { name, host: name, domain, slots: free.map((size, index) => ({ directory: `/s/${index}`, size })) };
}

/** The volumes after some steps. Throws when a step puts a brick where one is. */
function carryOut({ volumes }: PoolView, steps: readonly PlacedStep[]): PoolView['volumes'] {
  const bricks = new Map(volumes.map(({ name, bricks: own }) => [name, [...own]]));
  for (const step of steps) {
    const fresh = step.action === 'create' ? step.bricks : [step.to];
    const taken = [...bricks.values()].flat().map(slotOf);
    for (const one of fresh.map(slotOf)) if (taken.includes(one)) throw new Error(`two bricks lie in ${one}`);
    if (new Set(fresh.map(slotOf)).size < fresh.length) throw new Error('two new bricks lie in one slot');
    const left = step.action === 'move' ? step.from : undefined;
    const before = bricks.get(step.volume) ?? [];
    if (step.action === 'move' && !before.includes(step.from as PlacedBrick)) throw new Error('it leaves no brick');
    bricks.set(step.volume, [...before.filter((one) => one !== left), ...fresh]);
  }
  return [...bricks].map(([name, own]) => ({ name, bricks: own, used: 0 }));
}

function slotOf({ node, path }: PlacedBrick): string {
  return `${node}:${path.slice(0, path.lastIndexOf('/'))}`;
}

describe('the next volume of a pool', () => {
  test.each<[readonly string[], string]>([
    [[], 'gnt-fast-001'],
    [['gnt-fast-001', 'gnt-fast-007', 'gnt-slow-100', 'other'], 'gnt-fast-008'],
    [['gnt-fast-002.removed-2026-01-01'], 'gnt-fast-003'],
    [['gnt-fast-x', 'gnt-fast-'], 'gnt-fast-001'],
    [['gnt-fast-999'], 'gnt-fast-1000'],
  ])('after %j is %s', (taken, next) => {
    expect(nextVolume('fast', taken)).toBe(next);
  });
});
