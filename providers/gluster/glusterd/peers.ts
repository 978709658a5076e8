import { askGluster, child, children, glusterdAt, text } from './xml.ts';

/** A member of the trusted storage pool. */
export interface Peer {
  /** What identifies it. Its host names do not: a machine that was installed again has the same. */
  readonly id: string;
  /** The names under which this node knows it, the one that it was probed by first. */
  readonly hosts: readonly string[];
  readonly connected: boolean;
  /** As glusterd says it, such as `Peer in Cluster`. */
  readonly state: string;
  /** It is this node. */
  readonly isHere: boolean;
}

/** What the state of a member is called that nothing is wrong with. */
export const memberState = 'Peer in Cluster';

/** The members of the trusted storage pool of this node, itself among them. */
export async function peers(): Promise<readonly Peer[]> {
  return peersIn(await askGluster(['pool', 'list']));
}

/** The members as the glusterd of another host tells them: it is the one that `isHere`. */
export async function peersOf(host: string): Promise<readonly Peer[]> {
  return peersIn(await askGluster([...glusterdAt(host), 'pool', 'list']));
}

/** Reads `pool list --xml`. This node has no name in it but localhost. */
export function peersIn(output: unknown): readonly Peer[] {
  return children(child(output, 'peerStatus'), 'peer').map((peer) => {
    const first = text(peer, 'hostname');
    const others = children(child(peer, 'hostnames'), 'hostname').filter((name) => typeof name === 'string');
    return {
      id: text(peer, 'uuid'),
      hosts: [...new Set([first, ...others])],
      connected: text(peer, 'connected') === '1',
      state: text(peer, 'stateStr'),
      isHere: first === 'localhost',
    };
  });
}
