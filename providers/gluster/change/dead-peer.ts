import { ask } from '#gluster/agent/ask.ts';
import type { PeerNodes } from '#gluster/agent/peer-nodes.ts';
import { ganetiNodes, namesOf } from '#gluster/ganeti/ssconf.ts';
import { thisNode } from '#gluster/ganeti/this-node.ts';
import { type Peer, peers } from '#gluster/glusterd/peers.ts';
import type { Volume } from '#gluster/glusterd/volumes.ts';
import { Failure } from '#src/errors.ts';

/**
 * The UUIDs of peers that are gone, as far as anybody can tell: Ganeti has their node marked offline, and they do not
 * answer.
 */
export function gonePeers(members: readonly Peer[]): ReadonlySet<string> {
  const names = ganetiNodes().offline.flatMap(namesOf);
  const gone = members.filter(({ connected, isHere, hosts }) => !connected && !isHere && isOneOf(hosts, names));
  return new Set(gone.map(({ id }) => id));
}

/**
 * The peer that a dead node was; undefined when it is none any more. It has a name of the node, or a brick that is
 * called so. Throws a Failure with all that speaks against it: that somebody sees it, or says to be it.
 */
export async function deadPeer(
  node: string,
  { byPeer }: PeerNodes,
  known: readonly Volume[],
): Promise<Peer | undefined> {
  const members = await peers();
  const names = namesOf(node);
  const bricks = known.flatMap((volume) => volume.bricks);
  const hasBrick = (id: string): boolean => bricks.some(({ peer, host }) => peer === id && names.includes(host));
  const found = members.filter(({ id, hosts }) => isOneOf(hosts, names) || hasBrick(id));
  const [peer, ...others] = found;
  if (peer === undefined) {
    requireNoStranger(node, members, byPeer);
    return undefined;
  }
  const claimed = byPeer.get(peer.id);
  const problems = [
    ...others.map(({ id, hosts }) => `another peer is called ${hosts.join(', ')}, too, with UUID ${id}`),
    ...(peer.isHere || peer.connected ? ['its glusterd answers this node'] : []),
    ...(claimed === undefined ? [] : [`${claimed} is the peer that is called ${peer.hosts[0]}`]),
    ...(await seenElsewhere(peer, byPeer)),
    ...(await otherAt(peer)),
  ];
  if (problems.length === 0) return peer;
  throw new Failure('unsupported', `${node} does not look dead`, {
    problems,
    hint: `if it lives: gnt-node modify -O no ${node}, and then: gnt-gluster pool remove ${node}`,
  });
}

/** A peer that nobody can name may be the one that is meant. */
function requireNoStranger(node: string, members: readonly Peer[], byPeer: ReadonlyMap<string, string>): void {
  const names = ganetiNodes().nodes.flatMap(namesOf);
  const strangers = members.filter(
    ({ id, isHere, connected, hosts }) => !isHere && !connected && !byPeer.has(id) && !isOneOf(hosts, names),
  );
  if (strangers.length === 0) return;
  throw new Failure('unsupported', `no peer is called ${node}`, {
    problems: strangers.map(({ id, hosts }) => `peer ${hosts.join(', ')} with UUID ${id} does not answer`),
    hint: `if one of these is ${node}: gluster volume info, and gluster peer detach`,
  });
}

/** Who is connected to it. That this node is not may be the fault of one cable. */
async function seenElsewhere({ id }: Peer, byPeer: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const others = [...byPeer.values()].filter((name) => name !== thisNode().name);
  const asked = others.map(async (name) => ({ name, facts: await ask(name, 'glusterd', {}) }));
  return (await Promise.all(asked))
    .filter(({ facts }) => facts.peers.some((peer) => peer.id === id && peer.connected))
    .map(({ name }) => `its glusterd answers ${name}`);
}

/** A machine that was installed again has the old name, and is another one. */
async function otherAt({ id, hosts: [host = ''] }: Peer): Promise<readonly string[]> {
  const found = (await ask(thisNode().name, 'glusterds at', { hosts: [host] }))[host] ?? null;
  return found === null || found === id ? [] : [`another glusterd answers at ${host}: stop it first`];
}

function isOneOf(hosts: readonly string[], names: readonly string[]): boolean {
  return hosts.some((host) => names.includes(host));
}
