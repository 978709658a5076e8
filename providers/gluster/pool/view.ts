import { Failure } from '#src/errors.ts';
import type { Bytes } from '#src/units.ts';
import { type Layout, type Step, sizeOf } from './layout.ts';

/** A directory that has a file system for itself, and has room for one brick. */
export interface SlotPlace {
  readonly directory: string;
  /** Of its file system. */
  readonly size: Bytes;
  /** What is in it: none of these names is used for a brick. */
  readonly entries?: readonly string[];
}

/** A node that has slots of a pool. */
export interface PoolNode {
  /** Ganeti's name of it. */
  readonly name: string;
  /** What Gluster calls it: bricks on it are HOST:/PATH. */
  readonly host: string;
  /** What fails together with it. */
  readonly domain: string;
  readonly slots: readonly SlotPlace[];
}

/** A brick by its node and its path there. */
export interface PlacedBrick {
  readonly node: string;
  /** What Gluster calls the node. */
  readonly host: string;
  readonly path: string;
}

/** A volume of a pool. */
export interface PoolVolume {
  readonly name: string;
  readonly bricks: readonly PlacedBrick[];
  /** How much data each of its bricks has. */
  readonly used: Bytes;
}

/** What of a pool decides how it can grow. */
export interface PoolView {
  readonly nodes: readonly PoolNode[];
  readonly volumes: readonly PoolVolume[];
  /** Bricks of all other volumes: a slot that has one is not free. */
  readonly others?: readonly PlacedBrick[];
}

/** A step of a plan with the places of its bricks. */
export type PlacedStep =
  | {
      readonly action: 'create';
      readonly volume: string;
      readonly bricks: readonly PlacedBrick[];
      readonly size: Bytes;
    }
  | {
      readonly action: 'add' | 'move';
      readonly volume: string;
      /** undefined: it gets one copy more. */
      readonly from: PlacedBrick | undefined;
      readonly to: PlacedBrick;
      readonly copy: Bytes;
      /** How many copies the volume has before. */
      readonly copies: number;
    };

/**
 * What the planner has to know of a pool. Throws a Failure of kind unavailable for a brick that lies in no slot: its
 * file system may not be mounted.
 */
export function layoutOf({ nodes, volumes, others = [] }: PoolView): Layout {
  const lost = volumes.flatMap(({ name, bricks }) =>
    bricks
      .filter((brick) => slotOf(nodes, brick) === undefined)
      .map(({ node, path }) => `brick ${path} of volume ${name} on ${node}`),
  );
  if (lost.length > 0)
    throw new Failure('unavailable', 'some bricks lie in no slot of the pool', {
      problems: lost,
      hint: 'see on their nodes whether their file systems are mounted: findmnt --type xfs',
    });
  const taken = [...others, ...volumes.flatMap(({ bricks }) => bricks)];
  return {
    nodes: nodes.map((node) => ({ ...node, free: freeSlots(node, taken).map(({ size }) => size) })),
    sets: volumes.map(({ name, bricks, used }) => ({
      volume: name,
      bricks: bricks.map((brick) => ({ node: brick.node, size: slotOf(nodes, brick)?.size ?? 0 })),
      used,
    })),
  };
}

/** The slots of a node without a brick. */
export function freeSlots({ name, slots }: PoolNode, taken: readonly PlacedBrick[]): readonly SlotPlace[] {
  return slots.filter(({ directory }) => !taken.some(({ node, path }) => node === name && isBelow(path, directory)));
}

/** Gives each brick of a plan its slot: the smallest that is large enough, the first by its name. */
export function placeSteps({ nodes, volumes, others = [] }: PoolView, steps: readonly Step[]): readonly PlacedStep[] {
  const bricks = new Map(volumes.map((volume) => [volume.name, [...volume.bricks]]));
  const place = (volume: string, name: string, size: Bytes): PlacedBrick => {
    const node = nodes.find((one) => one.name === name);
    const free = node === undefined ? [] : freeSlots(node, [...others, ...[...bricks.values()].flat()]);
    const [slot] = free
      .filter((one) => one.size >= size)
      .toSorted((one, other) => one.size - other.size || (one.directory < other.directory ? -1 : 1));
    if (slot === undefined) throw new Error(`node ${name} has no slot for volume ${volume}`);
    const brick = { node: name, host: node?.host ?? name, path: pathIn(slot, volume) };
    bricks.set(volume, [...(bricks.get(volume) ?? []), brick]);
    return brick;
  };
  return steps.map((step): PlacedStep => {
    const { volume } = step;
    if (step.action === 'create')
      return {
        action: 'create',
        volume,
        bricks: step.nodes.map((name) => place(volume, name, step.size)),
        size: step.size,
      };
    const before = bricks.get(volume) ?? [];
    const from = step.action === 'move' ? before.find(({ node }) => node === step.from) : undefined;
    const size = sizeOf({
      bricks: before.map((brick) => ({ node: brick.node, size: slotOf(nodes, brick)?.size ?? 0 })),
    });
    const to = place(volume, step.to, size);
    if (from !== undefined)
      bricks.set(
        volume,
        (bricks.get(volume) ?? []).filter((brick) => brick !== from),
      );
    return { action: step.action, volume, from, to, copy: step.copy, copies: before.length };
  });
}

/** A path that nothing has: what a glusterd left that died while it added a brick is in the way for ever. */
function pathIn({ directory, entries = [] }: SlotPlace, volume: string): string {
  let name = volume;
  for (let count = 2; entries.includes(name); count += 1) name = `${volume}-${count}`;
  return `${directory}/${name}`;
}

/**
 * The name of the next volume of a pool. `taken`: all names of volumes, and of what lies in slots: none of them is used
 * again.
 */
export function nextVolume(pool: string, taken: readonly string[]): string {
  const numbers = taken.map((name) =>
    name.startsWith(prefixOf(pool)) ? Number.parseInt(name.slice(prefixOf(pool).length), 10) : 0,
  );
  const next = Math.max(0, ...numbers.filter((number) => Number.isFinite(number))) + 1;
  return `${prefixOf(pool)}${String(next).padStart(3, '0')}`;
}

/** How the names of the volumes of a pool begin. */
export function prefixOf(pool: string): string {
  return `gnt-${pool}-`;
}

function slotOf(nodes: readonly PoolNode[], { node, path }: PlacedBrick): SlotPlace | undefined {
  return nodes.find(({ name }) => name === node)?.slots.find(({ directory }) => isBelow(path, directory));
}

function isBelow(path: string, directory: string): boolean {
  return path.startsWith(`${directory}/`);
}
