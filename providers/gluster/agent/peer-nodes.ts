import { ganetiNodes } from '#gluster/ganeti/ssconf.ts';
import { thisNode } from '#gluster/ganeti/this-node.ts';
import { asFailure, type Failure } from '#src/errors.ts';
import { ask } from './ask.ts';

/** Which nodes of the cluster have which glusterd. */
export interface PeerNodes {
  /** Their names by the UUIDs of their glusterds. A host name of a peer need not be Ganeti's name of it. */
  readonly byPeer: ReadonlyMap<string, string>;
  /** Why others did not say. */
  readonly silent: readonly Failure[];
}

/** Asks all nodes that are not offline, and this one where there is no cluster. */
export async function peerNodes(): Promise<PeerNodes> {
  const { nodes, offline } = ganetiNodes();
  const asked = nodes.length === 0 ? [thisNode().name] : nodes.filter((node) => !offline.includes(node));
  const silent: Failure[] = [];
  const byPeer = new Map<string, string>();
  const answers = asked.map(async (node) => {
    try {
      const peer = await ask(node, 'peer', {});
      if (peer !== null) byPeer.set(peer, node);
    } catch (error) {
      const failure = asFailure(error);
      if (failure === undefined) throw error;
      silent.push(failure);
    }
  });
  await Promise.all(answers);
  return { byPeer, silent };
}
