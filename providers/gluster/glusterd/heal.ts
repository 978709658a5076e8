import { askGluster, child, children, count, text } from './xml.ts';

/** How many entries wait to be healed, as the bricks of a volume count them. */
export interface Pending {
  /** Of all bricks that answered. */
  readonly entries: number;
  /** The bricks that gave no number, as HOST:/PATH. Unknown is never healthy. */
  readonly silent: readonly string[];
}

/** The index of a brick that is full of marks is long: seconds. */
const patience = 60;

/**
 * How many entries of a replicated volume wait to be healed. It counts the index of each brick, which takes no lock of
 * a file as `heal info` does; a guest that writes has no mark there. Throws a Failure where glusterd refuses to say, as
 * it does while the self-heal daemon is off.
 */
export async function pendingHeals(name: string): Promise<Pending> {
  return pendingIn(await askGluster(['volume', 'heal', name, 'statistics', 'heal-count'], patience));
}

/** Reads `volume heal NAME statistics heal-count --xml`. */
export function pendingIn(output: unknown): Pending {
  const bricks = children(child(child(output, 'healInfo'), 'bricks'), 'brick');
  const found = bricks.map((brick) => ({ name: text(brick, 'name'), entries: count(brick, 'numberOfEntries') }));
  return {
    entries: found.reduce((sum, { entries = 0 }) => sum + entries, 0),
    silent: found.flatMap(({ name, entries }) => (entries === undefined ? [name] : [])),
  };
}
