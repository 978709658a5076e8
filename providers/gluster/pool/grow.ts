import {
  after,
  byWork,
  domainOf,
  domainsOf,
  type Layout,
  type ReplicaSet,
  type Step,
  type StorageNode,
  sizeOf,
  slotFor,
} from './layout.ts';
import { afterAll, byRoom, freeByDomain, placeFor } from './places.ts';

/** What a pool is to become. */
export interface Wanted {
  /** How many copies every volume is to have. Where there are fewer failure domains, it has one in each. */
  readonly copies: number;
  /** No new volume has fewer. */
  readonly least: number;
  /** How many slots stay free, for bricks of a node that dies. */
  readonly spare: number;
  /** The name of the next volume, when some exist. */
  readonly nameFor: (volumes: readonly string[]) => string;
}

/**
 * What makes the most of all slots: first every volume gets its copies, then there is a new volume for as long as there
 * is room for one. Where the free slots are on too few nodes, bricks are moved onto them: fewer than a volume has
 * copies, and none unless a new volume comes of it. The same layout always gives the same steps.
 */
export function planGrowth(layout: Layout, wanted: Wanted): readonly Step[] {
  const steps: Step[] = [];
  let now = layout;
  for (;;) {
    const next = moreCopies(now, wanted) ?? oneMoreVolume(now, wanted);
    if (next === undefined) return steps;
    steps.push(...next);
    now = afterAll(now, next);
  }
}

/** One more copy of the volume that has the fewest. */
function moreCopies(layout: Layout, { copies }: Wanted): readonly Step[] | undefined {
  const few = layout.sets
    .filter(({ bricks }) => bricks.length > 0 && bricks.length < copies)
    .toSorted((one, other) => one.bricks.length - other.bricks.length || one.volume.localeCompare(other.volume, 'en'));
  for (const set of few) {
    const place = placeFor(layout, set);
    if (place !== undefined)
      return [...place.moves, { action: 'add', volume: set.volume, to: place.node, copy: set.used }];
  }
  return undefined;
}

function oneMoreVolume(layout: Layout, wanted: Wanted): readonly Step[] | undefined {
  const domains = new Set(layout.nodes.map(({ domain }) => domain));
  const copies = Math.min(wanted.copies, domains.size);
  const free = layout.nodes.reduce((sum, node) => sum + node.free.length, 0);
  if (copies === 0 || copies < wanted.least || free < copies + wanted.spare) return undefined;
  const moves: Step[] = [];
  let now = layout;
  while (freeByDomain(now).size < copies) {
    const move = spread(now);
    if (move === undefined) return undefined;
    moves.push(move);
    now = after(now, move);
  }
  return [...moves, creation(now, copies, wanted.nameFor(layout.sets.map(({ volume }) => volume)))];
}

/** A brick moves to where slots are left over, and leaves one in a failure domain that had none free. */
function spread(layout: Layout): Step | undefined {
  const free = freeByDomain(layout);
  const bricks = layout.sets.flatMap((set) => set.bricks.map((brick) => ({ set, node: brick.node })));
  const count = (name: string): number => bricks.filter(({ node }) => node === name).length;
  const leaving = bricks
    .filter(({ node }) => layout.nodes.some(({ name }) => name === node) && !free.has(domainOf(layout, node)))
    .toSorted((one, other) => count(other.node) - count(one.node) || byWork(one.set, other.set) || order(one, other));
  const donors = byRoom(layout).filter(({ domain }) => (free.get(domain) ?? 0) > 1);
  for (const { set, node: from } of leaving) {
    const taken = domainsOf(layout, set, from);
    const donor = donors.find((node) => !taken.has(node.domain) && slotFor(node, sizeOf(set)) !== undefined);
    if (donor !== undefined) return { action: 'move', volume: set.volume, from, to: donor.name, copy: set.used };
  }
  return undefined;
}

interface Leaving {
  readonly set: ReplicaSet;
  readonly node: string;
}

function order(one: Leaving, other: Leaving): number {
  return one.set.volume.localeCompare(other.set.volume, 'en') || one.node.localeCompare(other.node, 'en');
}

/** A new volume on the nodes with most free slots, each in another failure domain. */
function creation(layout: Layout, copies: number, volume: string): Step {
  const chosen = new Map<string, StorageNode>();
  for (const node of byRoom(layout))
    if (chosen.size < copies && node.free.length > 0 && !chosen.has(node.domain)) chosen.set(node.domain, node);
  const nodes = [...chosen.values()];
  const size = Math.min(...nodes.map(({ free }) => Math.max(...free)));
  return { action: 'create', volume, nodes: nodes.map(({ name }) => name), size };
}
