import fc from 'fast-check';
import type { Wanted } from '#gluster/pool/grow.ts';
import { after, capacityOf, domainOf, type Layout, type Step } from '#gluster/pool/layout.ts';

const tebibyte = 1024 ** 4;

/** A pool that is to have some copies of everything, and keeps no slot free. */
export function wanted(copies: number, spare = 0): Wanted {
  const nameFor = (volumes: readonly string[]): string => `gnt-default-${String(volumes.length + 1).padStart(3, '0')}`;
  return { copies, least: 1, spare, nameFor };
}

/** Nodes without bricks: `4 2,2 1` are three, of which the second has a smaller slot beside a larger one. */
export function nodes(text: string): Layout['nodes'] {
  return text.split(' ').map((slots, index) => {
    const name = `node${String(index + 1).padStart(2, '0')}`;
    const sizes = slots.includes(',')
      ? slots.split(',').map((size) => Number(size) * tebibyte)
      : Array.from({ length: Number(slots) }, () => tebibyte);
    return { name, domain: name, free: sizes };
  });
}

/** The layouts on the way, the one it begins with among them; says so when a step breaks what must always be true. */
export function carryOut(layout: Layout, steps: readonly Step[]): readonly Layout[] {
  const all = [layout];
  for (const step of steps) {
    const before = all.at(-1) ?? layout;
    const now = after(before, step);
    for (const problem of problemsOf(before, now)) throw new Error(`${JSON.stringify(step)}: ${problem}`);
    all.push(now);
  }
  return all;
}

function problemsOf(before: Layout, now: Layout): readonly string[] {
  const problems: string[] = [];
  if (capacityOf(now) < capacityOf(before)) problems.push('the capacity falls');
  for (const set of now.sets) {
    const domains = set.bricks.map(({ node }) => domainOf(now, node));
    if (new Set(domains).size < domains.length) problems.push(`${set.volume} has two bricks in one failure domain`);
    const earlier = before.sets.find(({ volume }) => volume === set.volume)?.bricks.length ?? 0;
    if (set.bricks.length < earlier) problems.push(`${set.volume} has fewer copies than before`);
  }
  for (const node of now.nodes)
    if (slotsOf(now, node.name) !== slotsOf(before, node.name))
      problems.push(`${node.name} has other slots than before`);
  return problems;
}

/** The sizes of all slots of a node, free or not. */
function slotsOf({ nodes: all, sets }: Layout, name: string): string {
  const free = all.find((node) => node.name === name)?.free ?? [];
  const used = sets.flatMap(({ bricks }) => bricks.filter(({ node }) => node === name).map(({ size }) => size));
  return [...free, ...used].sort((one, other) => one - other).join(' ');
}

/** Up to twelve nodes with up to six slots each, of one size or of two, alone or several in a failure domain. */
export function anyNodes({ sizes = [1, 2] }: { sizes?: readonly number[] } = {}): fc.Arbitrary<Layout['nodes']> {
  const slots = fc.array(fc.constantFrom(...sizes), { minLength: 0, maxLength: 6 });
  const node = fc.record({ slots, domain: fc.nat({ max: 11 }), alone: fc.boolean() });
  return fc.array(node, { minLength: 1, maxLength: 12 }).map((list) =>
    list.map(({ slots: own, domain, alone }, index) => {
      const name = `node${String(index + 1).padStart(2, '0')}`;
      return { name, domain: alone ? name : `rack${domain % 4}`, free: own.map((size) => size * tebibyte) };
    }),
  );
}
