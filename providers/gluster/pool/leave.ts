import { type Layout, type ReplicaSet, type Step, sizeOf } from './layout.ts';
import { afterAll, placeFor } from './places.ts';

/** How a node gives up all its bricks, or which of them have no other place. */
export interface Leave {
  readonly steps: readonly Step[];
  /** The volumes whose brick has nowhere to go. While there is one, nothing is to be done. */
  readonly stuck: readonly ReplicaSet[];
}

/**
 * What moves every brick of a node elsewhere; its own free slots are not used. The largest bricks go first: they fit
 * into the fewest slots.
 */
export function planLeave(layout: Layout, name: string): Leave {
  const steps: Step[] = [];
  const stuck: ReplicaSet[] = [];
  let now = layout;
  const leaving = now.sets
    .filter(({ bricks }) => bricks.some(({ node }) => node === name))
    .toSorted((one, other) => sizeOf(other) - sizeOf(one) || one.volume.localeCompare(other.volume, 'en'));
  for (const { volume } of leaving) {
    const set = now.sets.find((one) => one.volume === volume);
    const staying = { ...now, nodes: now.nodes.filter((node) => node.name !== name) };
    const place = set === undefined ? undefined : placeFor(staying, set, name);
    if (set === undefined || place === undefined) {
      if (set !== undefined) stuck.push(set);
      continue;
    }
    const next: Step[] = [...place.moves, { action: 'move', volume, from: name, to: place.node, copy: set.used }];
    steps.push(...next);
    now = afterAll(now, next);
  }
  return { steps, stuck };
}
