import type { LabNode } from '../../lab/node.ts';
import { look } from './commands.ts';

/** The bricks of a volume as HOST:/PATH, in its order, as a node says. */
export async function bricksOf(node: LabNode, volume: string): Promise<readonly string[]> {
  const lines = await look(node, `gluster volume info ${volume}`);
  return lines.flatMap((line) => /^Brick\d+: (.*)$/.exec(line)?.[1] ?? []);
}
