import type { PeerNodes } from '#gluster/agent/peer-nodes.ts';
import { healActions } from '#gluster/glusterd/heal-actions.ts';
import { type Follow, healingTimes, healVolume } from '#gluster/glusterd/healing.ts';
import { orReason } from '#gluster/glusterd/observe.ts';
import { withLock } from '#src/lock.ts';
import { actionsOf, type BrickMove, observeMove } from './brick-move.ts';
import { moveBrick } from './move.ts';
import { doubtOf } from './proof.ts';

/** The proof is looked at three times, with so many milliseconds between. */
const turn = 10_000;

/**
 * Moves a brick on real volumes, or finishes what an earlier run began. One change of a volume at a time on this node.
 */
export async function performMove(move: BrickMove, nodes: PeerNodes, follow: Follow): Promise<void> {
  const look = () => observeMove(move);
  const doubt = async () => {
    const { volume } = await look();
    return await orReason(() => doubtOf(volume, nodes));
  };
  const complete = () => healVolume({ ...healActions(move.volume, look), doubt }, follow, { ...healingTimes, turn });
  await withLock(`change@${move.volume.name}`, 'change of a volume', () =>
    moveBrick(actionsOf(move, nodes, complete), follow),
  );
}
