import { Failure } from '#src/errors.ts';
import { ask } from './ask.ts';
import { askAll } from './ask-all.ts';

/** Which nodes of the cluster have which glusterd. */
export interface PeerNodes {
  /** Their names by the UUIDs of their glusterds. A host name of a peer need not be Ganeti's name of it. */
  readonly byPeer: ReadonlyMap<string, string>;
  /** Why others did not say. */
  readonly silent: readonly Failure[];
}

/** Asks all nodes that are not offline, and this one where there is no cluster. */
export async function peerNodes(): Promise<PeerNodes> {
  const asked = await askAll((node) => ask(node, 'peer', {}));
  const found = asked.answers.flatMap(({ node, answer }) => (answer === null ? [] : [{ node, peer: answer }]));
  const groups = [...Map.groupBy(found, ({ peer }) => peer).values()];
  const twins = groups.filter(({ length }) => length > 1);
  const silent = [...asked.silent, ...twins.map((group) => twinFailure(group.map(({ node }) => node)))];
  // Of two nodes with one UUID nobody knows which of them Gluster means.
  const single = groups.filter(({ length }) => length === 1).flat();
  return { byPeer: new Map(single.map(({ node, peer }) => [peer, node])), silent };
}

/** Gluster takes a node with the UUID of another one for that one, and says success. */
export function twinFailure(nodes: readonly string[]): Failure {
  return new Failure('unsupported', `the glusterds of ${nodes.join(' and ')} have one UUID, as copied disks have`, {
    hint: 'on the newer one: stop glusterd, delete /var/lib/glusterd/glusterd.info, start glusterd',
  });
}
