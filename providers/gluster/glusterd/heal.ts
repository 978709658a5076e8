import { commandFailed, exitStatusOf, run } from '#src/exec.ts';
import { askGluster, child, children, count, text } from './xml.ts';

/** How many entries wait to be healed, as the bricks of a volume count them. */
export interface Pending {
  /** Of all bricks that answered. */
  readonly entries: number;
  /** The bricks that gave a number, as HOST:/PATH. What the others have is not known. */
  readonly counted: readonly string[];
}

/** The index of a brick that is full of marks is long: seconds. */
const patience = 60;

/**
 * How many entries of a replicated volume wait to be healed. It counts the index of each brick, which takes no lock of
 * a file as `heal info` does. Throws a Failure where glusterd refuses to say, as it does while the self-heal daemon is
 * off. This command of gluster prints no XML, whatever it is told.
 */
export async function pendingHeals(name: string): Promise<Pending> {
  const question = ['volume', 'heal', name, 'statistics', 'heal-count'];
  const result = await run(['gluster', '--mode=script', `--timeout=${patience}`, ...question], {
    timeLimit: (patience + 2) * 1000,
  });
  if (result.exitCode === 0) return pendingIn(result.stdout);
  const reason = `${result.stdout}\n${result.stderr}`.trim().split('\n').at(-1);
  throw commandFailed(result, `gluster does not say what waits to be healed: ${reason}`);
}

/** What one brick says of itself when each entry that waits is looked at. */
export interface HealSummary {
  /** As HOST:/PATH. */
  readonly brick: string;
  readonly connected: boolean;
  /** undefined: it gave no number. */
  readonly entries: number | undefined;
}

/** While much waits this takes minutes, and slows the healing: it locks each entry. Seconds. */
const summaryPatience = 600;

/** What each brick of a volume says of what waits: `heal info summary`. */
export async function healSummary(name: string): Promise<readonly HealSummary[]> {
  return summaryIn(await askGluster(['volume', 'heal', name, 'info', 'summary'], summaryPatience));
}

/** Reads `volume heal NAME info summary --xml`. */
export function summaryIn(output: unknown): readonly HealSummary[] {
  return children(child(child(output, 'healInfo'), 'bricks'), 'brick').map((brick) => ({
    brick: text(brick, 'name'),
    connected: text(brick, 'status') === 'Connected',
    entries: count(brick, 'totalNumberOfEntries'),
  }));
}

/**
 * Has the self-heal daemons of a volume look for work now. That they refuse, as they do while one is starting, matters
 * to nobody who asks again.
 */
export async function callHealers(name: string): Promise<void> {
  await exitStatusOf(['gluster', '--mode=script', 'volume', 'heal', name], { timeLimit: patience * 1000 });
}

/** Reads what `volume heal NAME statistics heal-count` prints: a line for each brick, and one with its number. */
export function pendingIn(text: string): Pending {
  const counted = new Map<string, number>();
  let brick = '';
  for (const line of text.split('\n').map((one) => one.trim())) {
    brick = /^Brick (.+)$/.exec(line)?.[1] ?? brick;
    const entries = /^Number of entries: (\d+)$/.exec(line)?.[1];
    if (entries !== undefined) counted.set(brick, Number(entries));
  }
  return { entries: [...counted.values()].reduce((sum, entries) => sum + entries, 0), counted: [...counted.keys()] };
}
