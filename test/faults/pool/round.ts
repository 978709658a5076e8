import { look } from '../../e2e/support/commands.ts';
import type { LabNode } from '../../lab/node.ts';
import { lostOn, type Medium, startWriter } from './writer.ts';

export const volume = 'moving';
export const directory = `/bricks/${volume}/brick`;
const timeLimit = 10 * 60_000;

/** Who does what: the brick of `source` goes to `target`; the client writes on `mate`, which keeps its brick. */
export interface Round {
  readonly source: LabNode;
  readonly mate: LabNode;
  readonly target: LabNode;
}

/** Moves a brick, on the node that it leaves. */
export type Way = (round: Round) => Promise<unknown>;

/** How a brick moves, and what happens meanwhile. */
interface Play {
  readonly way: Way;
  readonly medium: Medium;
  readonly hangs: boolean;
}

/**
 * Moves a brick under a client that writes. With `hangs` a glusterd hangs for eight seconds as soon as a brick has a
 * mark of what the new one lacks: that by which the client is told of the new brick. Returns how many acknowledged
 * records each of the two bricks does not have in the end.
 */
export async function playRound(round: Round, { way, medium, hangs }: Play): Promise<readonly number[]> {
  const { mate, target } = round;
  const writer = await startWriter(mate, volume, medium);
  const hanging = hangs ? hang(mate, mate, directory) : undefined;
  let acknowledged: readonly number[] = [];
  try {
    await way(round);
  } finally {
    await hanging;
    acknowledged = await writer.stop();
  }
  return await Promise.all([mate, target].map((node) => lostOn(node, directory, acknowledged)));
}

/** The brick of a node, as HOST:/PATH. */
export function nameOn({ fqdn }: LabNode): string {
  return `${fqdn}:${directory}`;
}

/** Has the glusterd of a node hang for eight seconds, as soon as a brick has a mark of what the new one lacks. */
export async function hang(node: LabNode, marking: LabNode, brick: string): Promise<void> {
  const marks = `ls ${brick}/.glusterfs/indices/xattrop | grep -qv xattrop-`;
  await marking.exec(['sh', '-c', `until ${marks}; do sleep 0.02; done`], { timeLimit });
  await look(node, 'pid=$(pgrep -x glusterd); kill -STOP $pid; sleep 8; kill -CONT $pid');
}
