import { ask } from '#gluster/agent/ask.ts';
import type { Comparison } from '#gluster/agent/compare-bricks.ts';
import type { PeerNodes } from '#gluster/agent/peer-nodes.ts';
import { type HealSummary, healSummary } from '#gluster/glusterd/heal.ts';
import { nameOf, type Volume } from '#gluster/glusterd/volumes.ts';
import { compareBricksOf } from './asked-bricks.ts';
import type { Place } from './brick-move.ts';
import { lookUp } from './look-up.ts';
import { nodeOf } from './nodes.ts';

/**
 * What is still against it that all bricks of a volume are complete; undefined when nothing is. `heal info` alone has
 * been seen to say 0 for an empty brick (docs/pool.md): so the marks are read on the bricks, and their files compared.
 * What a new brick alone lacks, and no mark tells of, is looked up, so that it is healed.
 */
export async function doubtOf(volume: Volume, nodes: PeerNodes, fresh?: Place): Promise<string | undefined> {
  const marks = await Promise.all(
    volume.bricks.map(async (brick) => {
      const { entries } = await ask(nodeOf(brick, nodes), 'brick marks', { volume: volume.id, path: brick.path });
      return { brick, entries };
    }),
  );
  const marked = marks.find(({ entries }) => entries > 0);
  if (marked !== undefined)
    return `brick ${nameOf(marked.brick)} has ${marked.entries} entries marked that wait to be healed`;
  const doubt = doubtAbout(volume, await healSummary(volume.name));
  if (doubt !== undefined) return doubt;
  const comparison = await compareBricksOf(volume, nodes);
  const lost = fresh === undefined ? [] : lostBy(nameOf(fresh), comparison);
  if (lost.length > 0) await lookUp(volume.name, lost);
  return differenceIn(comparison);
}

/** The paths that one brick alone lacks. What others lack, too, may have been deleted. */
export function lostBy(brick: string, { differences }: Comparison): readonly string[] {
  return differences
    .filter(({ missingOn: [only, ...others] }) => only === brick && others.length === 0)
    .map(({ path }) => path);
}

/** What `heal info summary` has against it. A brick that it leaves out is in doubt. */
export function doubtAbout(volume: Pick<Volume, 'bricks'>, summary: readonly HealSummary[]): string | undefined {
  for (const name of volume.bricks.map(nameOf)) {
    const said = summary.find(({ brick }) => brick === name);
    if (said?.connected !== true) return `heal info does not know brick ${name}, or cannot reach it`;
    if (said.entries !== 0) return `heal info lists ${said.entries ?? 'an unknown number of'} entries of brick ${name}`;
  }
  return undefined;
}

/** What a comparison of the bricks has against it. */
export function differenceIn({ differences, changing, isPart }: Comparison): string | undefined {
  const [first] = differences;
  if (first !== undefined) return `${first.path} ${first.problem}`;
  const [path] = changing;
  if (path !== undefined) return `${path} is not the same on all bricks`;
  return isPart ? 'not all files were compared' : undefined;
}
