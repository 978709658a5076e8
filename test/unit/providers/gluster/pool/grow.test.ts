import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planGrowth } from '#gluster/pool/grow.ts';
import type { Layout, Step } from '#gluster/pool/layout.ts';
import { afterAll } from '#gluster/pool/places.ts';
import { anyNodes, carryOut, nodes, wanted } from './layouts.ts';

/** What happens when some nodes are there, and the others join one after the other. */
function join(
  all: Layout['nodes'],
  copies: number,
  first = 1,
): { readonly layout: Layout; readonly steps: readonly Step[] } {
  let layout: Layout = { nodes: [], sets: [] };
  const steps: Step[] = [];
  for (let count = first; count <= all.length; count += 1) {
    layout = { ...layout, nodes: [...layout.nodes, ...all.slice(layout.nodes.length, count)] };
    const next = planGrowth(layout, wanted(copies));
    layout = carryOut(layout, next).at(-1) ?? layout;
    steps.push(...next);
  }
  return { layout, steps };
}

/** How many of some nodes have to be there for so many failure domains with a slot. */
function enough(all: Layout['nodes'], copies: number): number {
  const counts = all.map((_, index) => index + 1);
  const domains = (count: number): Set<string> =>
    new Set(all.slice(0, count).flatMap(({ domain, free }) => (free.length > 0 ? [domain] : [])));
  return counts.find((count) => domains(count).size >= copies) ?? all.length + 1;
}

/** The most volumes that slots have room for: the largest k for which every volume finds its domains. */
function mostVolumes(layout: Layout, copies: number): number {
  const slots = new Map<string, number>();
  for (const { name, domain, free } of layout.nodes) {
    const used = layout.sets.flatMap(({ bricks }) => bricks).filter(({ node }) => node === name).length;
    slots.set(domain, (slots.get(domain) ?? 0) + free.length + used);
  }
  let most = 0;
  const fits = (k: number): boolean =>
    [...slots.values()].reduce((sum, count) => sum + Math.min(count, k), 0) >= copies * k;
  while (slots.size >= copies && fits(most + 1)) most += 1;
  return most;
}

describe('growth', () => {
  test('one node, then a second and a third: the volumes get their copies one by one', () => {
    const { layout, steps } = join(nodes('2 2 2'), 3);
    expect(steps.map(({ action }) => action)).toEqual(['create', 'create', 'add', 'add', 'add', 'add']);
    expect(layout.sets.map(({ bricks }) => bricks.length)).toEqual([3, 3]);
  });

  test('one node more than copies: two moves make room for one volume more with three slots a node', () => {
    const { layout } = join(nodes('3 3 3'), 3);
    const grown: Layout = {
      ...layout,
      nodes: [...layout.nodes, { name: 'node04', domain: 'node04', free: [1, 1, 1].map((n) => n * 1024 ** 4) }],
    };
    const steps = planGrowth(grown, wanted(3));
    expect(steps.map(({ action }) => action)).toEqual(['move', 'move', 'create']);
    expect(carryOut(grown, steps).at(-1)?.sets).toHaveLength(4);
  });

  test('slots that nobody can use stay free: no brick moves without a new volume', () => {
    const { layout } = join(nodes('2 2 2'), 3);
    const grown: Layout = {
      ...layout,
      nodes: [...layout.nodes, { name: 'node04', domain: 'node04', free: [1024 ** 4] }],
    };
    expect(planGrowth(grown, wanted(3))).toEqual([]);
  });

  test('there is no new volume with fewer copies than it must have, and old ones get theirs', () => {
    const two: Layout = { nodes: nodes('2 2'), sets: [] };
    expect(planGrowth(two, { ...wanted(3), least: 3 })).toEqual([]);
    const { layout } = join(nodes('1 1'), 3, 2);
    const grown: Layout = { ...layout, nodes: [...layout.nodes, ...nodes('1 1 2').slice(2)] };
    expect(planGrowth(grown, { ...wanted(3), least: 3 }).map(({ action }) => action)).toEqual(['add']);
  });

  test('what is to stay free stays free', () => {
    const layout: Layout = { nodes: nodes('2 2 2'), sets: [] };
    expect(planGrowth(layout, wanted(3, 1))).toHaveLength(1);
    expect(planGrowth(layout, wanted(3, 3))).toHaveLength(1);
    expect(planGrowth(layout, wanted(3, 4))).toHaveLength(0);
  });

  test('a brick never goes to a smaller slot', () => {
    const { layout } = join(nodes('2,2 2,2 2,2'), 3);
    const grown: Layout = {
      ...layout,
      nodes: [...layout.nodes, { name: 'node04', domain: 'node04', free: [1, 1, 1].map((n) => n * 1024 ** 4) }],
    };
    expect(planGrowth(grown, wanted(3))).toEqual([]);
  });

  test('no step loses a copy, capacity or a slot, and no two bricks of a volume are in one failure domain', () => {
    fc.assert(
      fc.property(anyNodes(), fc.integer({ min: 1, max: 4 }), (all, copies) => void join(all, copies)),
      { numRuns: 1000 },
    );
  });

  test('with slots of one size it makes as many volumes as there is room for', () => {
    fc.assert(
      fc.property(anyNodes({ sizes: [1] }), fc.integer({ min: 1, max: 3 }), (all, copies) => {
        // Before there are so many failure domains, volumes have fewer copies, and their slots are taken.
        const { layout } = join(all, copies, enough(all, copies));
        expect(layout.sets).toHaveLength(mostVolumes(layout, copies));
      }),
      { numRuns: 1000 },
    );
  });

  test('before each new volume fewer bricks move than it has copies', () => {
    fc.assert(
      fc.property(anyNodes({ sizes: [1] }), (all) => {
        const actions = join(all, 3).steps.map(({ action }) => action);
        const moves = actions.join(' ').match(/(move )+(?=create)/g) ?? [];
        expect(Math.max(0, ...moves.map((text) => text.trim().split(' ').length))).toBeLessThan(3);
      }),
      { numRuns: 500 },
    );
  });

  test('the same layout gives the same steps, however its lists are sorted', () => {
    fc.assert(
      fc.property(anyNodes(), fc.infiniteStream(fc.nat()), (all, random) => {
        const { layout } = join(all.slice(0, -1), 3);
        const [last] = all.slice(-1);
        const grown: Layout = { ...layout, nodes: [...layout.nodes, ...(last === undefined ? [] : [last])] };
        const shuffle = <T>(list: readonly T[]): readonly T[] =>
          list
            .map((item) => [random.next().value ?? 0, item] as const)
            .sort(([one], [other]) => one - other)
            .map(([, item]) => item);
        const shuffled: Layout = { nodes: shuffle(grown.nodes), sets: shuffle(grown.sets) };
        const steps = planGrowth(grown, wanted(3));
        expect(planGrowth(shuffled, wanted(3))).toEqual(steps);
        expect(planGrowth(afterAll(grown, steps), wanted(3))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
