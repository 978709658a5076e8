import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planGrowth } from '#gluster/pool/grow.ts';
import type { Layout } from '#gluster/pool/layout.ts';
import { planLeave } from '#gluster/pool/leave.ts';
import { anyNodes, carryOut, nodes, wanted } from './layouts.ts';

function grown(all: Layout['nodes'], copies = 3): Layout {
  const layout: Layout = { nodes: all, sets: [] };
  return carryOut(layout, planGrowth(layout, wanted(copies))).at(-1) ?? layout;
}

function hasBricks(layout: Layout | undefined, name: string): boolean {
  return (layout?.sets ?? []).some(({ bricks }) => bricks.some(({ node }) => node === name));
}

describe('a node that leaves', () => {
  test('its bricks go to nodes that have none of their volumes', () => {
    const layout = grown(nodes('1 1 1'));
    const more: Layout = { ...layout, nodes: [...layout.nodes, ...nodes('0 0 0 1').slice(3)] };
    const { steps, stuck } = planLeave(more, 'node01');
    expect(stuck).toEqual([]);
    expect(steps).toEqual([{ action: 'move', volume: 'gnt-default-001', from: 'node01', to: 'node04', copy: 0 }]);
  });

  test('a brick of another volume makes room where the free slot is on a node that has a brick of the volume', () => {
    // node04 has the only free slot, and a brick of volume one; node03 and node05 are full.
    const tebibyte = 1024 ** 4;
    const brick = (node: string) => ({ node, size: tebibyte });
    const layout: Layout = {
      nodes: nodes('0 0 0 1 0'),
      sets: [
        { volume: 'one', bricks: ['node01', 'node02', 'node04'].map(brick), used: 1 },
        { volume: 'two', bricks: ['node02', 'node03', 'node05'].map(brick), used: 1 },
      ],
    };
    const { steps, stuck } = planLeave(layout, 'node01');
    expect(stuck).toEqual([]);
    expect(steps.map((step) => (step.action === 'move' ? [step.volume, step.from, step.to] : []))).toEqual([
      ['two', 'node03', 'node04'],
      ['one', 'node01', 'node03'],
    ]);
    expect(hasBricks(carryOut(layout, steps).at(-1), 'node01')).toBe(false);
  });

  test('where there is no room, it names every volume that has no other place', () => {
    const { stuck } = planLeave(grown(nodes('2 2 2')), 'node02');
    expect(stuck.map(({ volume }) => volume)).toEqual(['gnt-default-001', 'gnt-default-002']);
  });

  test('no step loses a copy, capacity or a slot; the node has no brick then but of volumes that are named', () => {
    fc.assert(
      fc.property(anyNodes(), fc.nat(), fc.integer({ min: 1, max: 3 }), (all, index, copies) => {
        const layout = grown(all, copies);
        const name = all[index % all.length]?.name ?? '';
        const { steps, stuck } = planLeave(layout, name);
        const left = carryOut(layout, steps).at(-1);
        const named = new Set(stuck.map(({ volume }) => volume));
        const still = left?.sets.filter(({ bricks }) => bricks.some(({ node }) => node === name)) ?? [];
        expect(new Set(still.map(({ volume }) => volume))).toEqual(named);
      }),
      { numRuns: 1000 },
    );
  });

  test('a node that left and comes back costs no copy, and the pool is as large as before', () => {
    fc.assert(
      fc.property(anyNodes({ sizes: [1] }), fc.nat(), (all, index) => {
        const before = grown(all);
        const name = all[index % all.length]?.name ?? '';
        const { steps } = planLeave(before, name);
        const left = carryOut(before, steps).at(-1) ?? before;
        const back = carryOut(left, planGrowth(left, wanted(3))).at(-1) ?? left;
        expect(back.sets.length).toBeGreaterThanOrEqual(before.sets.length);
      }),
      { numRuns: 500 },
    );
  });
});
