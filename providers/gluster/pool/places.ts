import {
  after,
  type Brick,
  byWork,
  domainsOf,
  type Layout,
  type ReplicaSet,
  type Step,
  sizeOf,
  slotFor,
} from './layout.ts';

/** A node that gets a brick, and the moves of other bricks that make room for it, in their order. */
export interface Place {
  readonly node: string;
  readonly moves: readonly Step[];
}

/** A brick that is to have another place, or a copy that is to be made. */
interface Wish {
  readonly set: ReplicaSet;
  /** The node that it leaves; undefined for a copy that is new. */
  readonly from: string | undefined;
}

/** A node that might take what a wish is about. */
interface Candidate extends Wish {
  readonly node: string;
  /** How its room comes about, from the wish that was first: undefined for that one. */
  readonly before: Candidate | undefined;
}

/**
 * The place for one more brick of a volume, or for the one that leaves a node: a free slot in a failure domain that has
 * none of its other bricks. Where each such node is full, bricks of other volumes make room: as few as possible are
 * moved. undefined when there is no way.
 */
export function placeFor(layout: Layout, set: ReplicaSet, from?: string): Place | undefined {
  let turn = candidatesFor(layout, { set, from }, undefined);
  const seen = new Set<string>(from === undefined ? [] : [from]);
  while (turn.length > 0) {
    const found = turn.find(({ node, set: moved }) => hasRoom(layout, node, moved));
    if (found !== undefined) return placeBy(found);
    const fresh = turn.filter(({ node }) => !seen.has(node));
    for (const { node } of fresh) seen.add(node);
    turn = fresh.flatMap((candidate) =>
      wishesFor(layout, candidate).flatMap((wish) => candidatesFor(layout, wish, candidate)),
    );
    turn = turn.filter(({ node }) => !seen.has(node));
  }
  return undefined;
}

/** The nodes with most free slots first, then by name: the same layout always gives the same plan. */
export function byRoom(layout: Layout): Layout['nodes'] {
  return layout.nodes.toSorted(
    (one, other) => other.free.length - one.free.length || one.name.localeCompare(other.name, 'en'),
  );
}

function hasRoom(layout: Layout, name: string, set: ReplicaSet): boolean {
  const node = layout.nodes.find((one) => one.name === name);
  return node !== undefined && slotFor(node, sizeOf(set)) !== undefined;
}

function candidatesFor(layout: Layout, wish: Wish, before: Candidate | undefined): readonly Candidate[] {
  const taken = domainsOf(layout, wish.set, wish.from);
  return byRoom(layout)
    .filter(({ name, domain }) => name !== wish.from && !taken.has(domain))
    .map(({ name }) => ({ ...wish, node: name, before }));
}

/** The bricks of a full node that could leave it, so that a candidate fits: of volumes that do not move already. */
function wishesFor(layout: Layout, candidate: Candidate): readonly Wish[] {
  const moving = new Set<string>();
  for (let one: Candidate | undefined = candidate; one !== undefined; one = one.before) moving.add(one.set.volume);
  const fits = ({ node, size }: Brick): boolean => node === candidate.node && size >= sizeOf(candidate.set);
  return layout.sets
    .filter(({ volume, bricks }) => !moving.has(volume) && bricks.some(fits))
    .toSorted((one, other) => byWork(one, other) || one.volume.localeCompare(other.volume, 'en'))
    .map((set) => ({ set, from: candidate.node }));
}

/** The moves that end with room for the first wish: the last one has a free slot, and goes first. */
function placeBy(found: Candidate): Place {
  const moves: Step[] = [];
  let one = found;
  while (one.before !== undefined) {
    const { set, from = '', node } = one;
    moves.push({ action: 'move', volume: set.volume, from, to: node, copy: set.used });
    one = one.before;
  }
  return { node: one.node, moves };
}

/** What a list of steps makes of a layout. */
export function afterAll(layout: Layout, steps: readonly Step[]): Layout {
  return steps.reduce(after, layout);
}

/** How many slots are free in each failure domain that has any. */
export function freeByDomain(layout: Layout): ReadonlyMap<string, number> {
  const free = new Map<string, number>();
  for (const { domain, free: slots } of layout.nodes) {
    if (slots.length > 0) free.set(domain, (free.get(domain) ?? 0) + slots.length);
  }
  return free;
}
