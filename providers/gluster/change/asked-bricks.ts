import { ask } from '#gluster/agent/ask.ts';
import { type AskedBrick, type Comparison, compareBricks } from '#gluster/agent/compare-bricks.ts';
import type { PeerNodes } from '#gluster/agent/peer-nodes.ts';
import { nameOf, type Volume } from '#gluster/glusterd/volumes.ts';
import { nodeOf } from './nodes.ts';

/** Compares the files on all bricks of a volume: each node looks at its own. Throws where a node cannot be asked. */
export async function compareBricksOf(volume: Volume, nodes: PeerNodes): Promise<Comparison> {
  const bricks = volume.bricks.map((brick): AskedBrick => {
    const node = nodeOf(brick, nodes);
    const place = { volume: volume.id, path: brick.path };
    return {
      name: nameOf(brick),
      arbiter: brick.arbiter,
      digests: () => ask(node, 'brick digests', place),
      paths: (parts) => ask(node, 'brick paths', { ...place, parts }),
      files: (paths) => ask(node, 'brick files', { ...place, paths }),
    };
  });
  return await compareBricks(bricks);
}
