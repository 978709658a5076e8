import { planGrowth } from '#gluster/pool/grow.ts';
import type { Layout, Step } from '#gluster/pool/layout.ts';
import { planLeave } from '#gluster/pool/leave.ts';
import { carryOut, wanted } from './layouts.ts';

const tebibyte = 1024 ** 4;
/** Each brick is half full. */
const used = tebibyte / 2;

/** What some joins or leaves in a row took together. */
export interface Stretch {
  readonly nodes: string;
  readonly volumes: number;
  readonly moves: number;
  readonly mostMoves: number;
  readonly copied: number;
  readonly fewestCopies: number;
}

/** Numbers between 0 and 1 that are always the same (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A hundred nodes join one by one, each with one to six slots; then all but four leave in random order. */
export function simulate(): { readonly joins: readonly Stretch[]; readonly leaves: readonly Stretch[] } {
  const random = randomNumbers(2026);
  const names = Array.from({ length: 100 }, (_, index) => `node${String(index + 1).padStart(3, '0')}`);
  let layout: Layout = { nodes: [], sets: [] };
  const joins: Turn[] = [];
  for (const name of names) {
    const free = Array.from({ length: 1 + Math.floor(random() * 6) }, () => tebibyte);
    layout = { ...layout, nodes: [...layout.nodes, { name, domain: name, free }] };
    const turn = takeTurn(layout, planGrowth(layout, wanted(3)));
    layout = filled(turn.layout);
    joins.push(turn);
  }
  const leaves: Turn[] = [];
  const order = names.map((name) => [random(), name] as const).sort(([one], [other]) => one - other);
  for (const [, name] of order.slice(4)) {
    layout = shrunk(layout, name);
    const { steps, stuck } = planLeave(layout, name);
    if (stuck.length > 0) throw new Error(`${name} cannot leave: ${stuck.length} bricks have no place`);
    const turn = takeTurn(layout, steps);
    layout = { ...turn.layout, nodes: turn.layout.nodes.filter((node) => node.name !== name) };
    leaves.push({ ...turn, layout });
  }
  return { joins: stretches(joins, [3, 4, 12, 50, 100]), leaves: stretches(leaves, [50, 88, 96]) };
}

interface Turn {
  readonly layout: Layout;
  readonly steps: readonly Step[];
  readonly fewestCopies: number;
}

function takeTurn(layout: Layout, steps: readonly Step[]): Turn {
  const all = carryOut(layout, steps);
  const copies = all.flatMap(({ sets }) => sets.map(({ bricks }) => bricks.length));
  return { layout: all.at(-1) ?? layout, steps, fewestCopies: Math.min(...copies) };
}

function filled(layout: Layout): Layout {
  return { ...layout, sets: layout.sets.map((set) => ({ ...set, used })) };
}

/** Without the last volumes, as many as it takes for the others to have twice the slots that a node leaves behind. */
function shrunk(layout: Layout, leaving: string): Layout {
  let now = layout;
  const own = layout.sets.filter(({ bricks }) => bricks.some(({ node }) => node === leaving)).length;
  const free = (): number =>
    now.nodes.filter(({ name }) => name !== leaving).reduce((sum, node) => sum + node.free.length, 0);
  while (free() < 2 * own + 6 && now.sets.length > 0) {
    const [gone] = now.sets.slice(-1);
    now = {
      sets: now.sets.slice(0, -1),
      nodes: now.nodes.map((node) => {
        const slots = gone?.bricks.filter((brick) => brick.node === node.name).map(({ size }) => size) ?? [];
        return { ...node, free: [...node.free, ...slots] };
      }),
    };
  }
  return now;
}

function stretches(turns: readonly Turn[], ends: readonly number[]): readonly Stretch[] {
  return ends.map((end, index) => {
    const start = ends[index - 1] ?? 0;
    const here = turns.slice(start, end);
    const copying = here.map(({ steps }) => steps.filter(({ action }) => action !== 'create').length);
    const copied = here.flatMap(({ steps }) => steps).reduce((sum, step) => sum + ('copy' in step ? step.copy : 0), 0);
    return {
      nodes: `${start + 1} to ${end}`,
      volumes: here.at(-1)?.layout.sets.length ?? 0,
      moves: copying.reduce((sum, count) => sum + count, 0),
      mostMoves: Math.max(...copying),
      copied: copied / tebibyte,
      fewestCopies: Math.min(...here.map((turn) => turn.fewestCopies)),
    };
  });
}
