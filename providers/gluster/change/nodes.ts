import type { PeerNodes } from '#gluster/agent/peer-nodes.ts';
import { nameOf, type VolumeBrick } from '#gluster/glusterd/volumes.ts';
import { Failure } from '#src/errors.ts';

/** The node of the cluster that has a brick. Throws a Failure of kind unavailable when none says that it has it. */
export function nodeOf(brick: Pick<VolumeBrick, 'peer' | 'path' | 'host'>, { byPeer, silent }: PeerNodes): string {
  const node = byPeer.get(brick.peer);
  if (node !== undefined) return node;
  const [first] = silent;
  throw (
    first ??
    new Failure('unavailable', `no node of the cluster has the glusterd of brick ${nameOf(brick)}`, {
      hint: 'gluster pool list',
    })
  );
}
