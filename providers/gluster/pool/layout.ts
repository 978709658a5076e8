import type { Bytes } from '#src/units.ts';

/** A node that has room for bricks, or has some. */
export interface StorageNode {
  readonly name: string;
  /** What fails together with it, such as a rack: its own name where nothing else is known. */
  readonly domain: string;
  /** The sizes of its free slots. A slot has room for one brick. */
  readonly free: readonly Bytes[];
}

/** One copy of a volume. */
export interface Brick {
  readonly node: string;
  /** The size of its slot. */
  readonly size: Bytes;
}

/** A volume of one replica set. */
export interface ReplicaSet {
  readonly volume: string;
  readonly bricks: readonly Brick[];
  /** How much data each of its bricks has: what a new one must get. */
  readonly used: Bytes;
}

/** Which bricks are where, and where there is room for more. */
export interface Layout {
  readonly nodes: readonly StorageNode[];
  readonly sets: readonly ReplicaSet[];
}

/** One change of a layout. Data is copied before anything is given up, so that no step has fewer copies than before. */
export type Step =
  | { readonly action: 'create'; readonly volume: string; readonly nodes: readonly string[]; readonly size: Bytes }
  | { readonly action: 'add'; readonly volume: string; readonly to: string; readonly copy: Bytes }
  | {
      readonly action: 'move';
      readonly volume: string;
      readonly from: string;
      readonly to: string;
      readonly copy: Bytes;
    };

/** How much a volume holds: as much as its smallest brick. */
export function sizeOf({ bricks }: Pick<ReplicaSet, 'bricks'>): Bytes {
  return bricks.length === 0 ? 0 : Math.min(...bricks.map(({ size }) => size));
}

/** How much all volumes of a layout hold. */
export function capacityOf({ sets }: Layout): Bytes {
  return sets.reduce((sum, set) => sum + sizeOf(set), 0);
}

/** The failure domain of a node; a node that is not part of the layout is one of its own. */
export function domainOf({ nodes }: Layout, name: string): string {
  return nodes.find((node) => node.name === name)?.domain ?? name;
}

/** The failure domains that have a brick of a volume, but for those on a node that is to be left. */
export function domainsOf(layout: Layout, { bricks }: ReplicaSet, but?: string): ReadonlySet<string> {
  return new Set(bricks.filter(({ node }) => node !== but).map(({ node }) => domainOf(layout, node)));
}

/** The free slot of a node that fits best: the smallest that is large enough; undefined when none is. */
export function slotFor({ free }: Pick<StorageNode, 'free'>, size: Bytes): Bytes | undefined {
  const fitting = free.filter((slot) => slot >= size);
  return fitting.length === 0 ? undefined : Math.min(...fitting);
}

/** The layout after a step. Throws an error, which is a fault of the planner, for one that cannot be done. */
export function after(layout: Layout, step: Step): Layout {
  if (step.action === 'create') {
    const { volume, nodes, size } = step;
    const withEmpty: Layout = { ...layout, sets: [...layout.sets, { volume, bricks: [], used: 0 }] };
    return nodes.reduce((made, node) => withBrick(made, volume, node, size), withEmpty);
  }
  const set = layout.sets.find(({ volume }) => volume === step.volume);
  if (set === undefined) throw new Error(`there is no volume ${step.volume}`);
  const added = withBrick(layout, step.volume, step.to, sizeOf(set));
  return step.action === 'move' ? withoutBrick(added, step.volume, step.from) : added;
}

function withBrick(layout: Layout, volume: string, name: string, size: Bytes): Layout {
  const node = layout.nodes.find((one) => one.name === name);
  const slot = node === undefined ? undefined : slotFor(node, size);
  if (node === undefined || slot === undefined) throw new Error(`node ${name} has no slot for volume ${volume}`);
  const free = node.free.toSpliced(node.free.indexOf(slot), 1);
  return {
    nodes: layout.nodes.map((one) => (one === node ? { ...node, free } : one)),
    sets: layout.sets.map((set) =>
      set.volume === volume ? { ...set, bricks: [...set.bricks, { node: name, size: slot }] } : set,
    ),
  };
}

function withoutBrick(layout: Layout, volume: string, name: string): Layout {
  const brick = layout.sets.find((set) => set.volume === volume)?.bricks.find(({ node }) => node === name);
  if (brick === undefined) throw new Error(`node ${name} has no brick of volume ${volume}`);
  return {
    nodes: layout.nodes.map((node) => (node.name === name ? { ...node, free: [...node.free, brick.size] } : node)),
    sets: layout.sets.map((set) =>
      set.volume === volume ? { ...set, bricks: set.bricks.filter((one) => one !== brick) } : set,
    ),
  };
}

/**
 * Orders volumes by what is copied of them, the least first. Less than a gibibyte makes no difference: guests write all
 * the time, and the plan that is carried out has to be the one that was shown.
 */
export function byWork(one: Pick<ReplicaSet, 'used'>, other: Pick<ReplicaSet, 'used'>): number {
  return Math.floor(one.used / gibibyte) - Math.floor(other.used / gibibyte);
}

const gibibyte: Bytes = 1024 ** 3;
