import { ask } from '#gluster/agent/ask.ts';
import { type PeerNodes, peerNodes, twinFailure } from '#gluster/agent/peer-nodes.ts';
import type { Slot } from '#gluster/agent/slots.ts';
import { type FailureDomain, failureDomains } from '#gluster/ganeti/failure-domains.ts';
import { storageAddress } from '#gluster/ganeti/ssconf.ts';
import { thisNode } from '#gluster/ganeti/this-node.ts';
import { orReason } from '#gluster/glusterd/observe.ts';
import { type Peer, peers } from '#gluster/glusterd/peers.ts';
import { volumeStatus } from '#gluster/glusterd/status.ts';
import { type Volume, volumes } from '#gluster/glusterd/volumes.ts';
import type { Member } from '#gluster/pool/newcomers.ts';
import { type PlacedBrick, type PoolNode, type PoolVolume, prefixOf, type SlotPlace } from '#gluster/pool/view.ts';
import { Failure } from '#src/errors.ts';
import type { Bytes } from '#src/units.ts';
import { intentOf } from './intent.ts';
import { nodeOf } from './nodes.ts';
import { poolOf } from './pool-options.ts';

/** A slot, and the node that has it. */
export interface NodeSlot extends Slot {
  readonly node: string;
}

/** A pool as glusterd, the disks and Ganeti tell of it now. */
export interface ObservedPool {
  readonly name: string;
  readonly nodes: PeerNodes;
  /** The nodes of the cluster whose glusterds are peers of this one, and this one. */
  readonly members: readonly Member[];
  readonly volumes: readonly Volume[];
  /** Volumes that were created for it, and never became part of it: who created them was killed. */
  readonly unfinished: readonly Volume[];
  /** The bricks of all other volumes, on nodes of the cluster. */
  readonly others: readonly PlacedBrick[];
  /** All slots of the pool on nodes that are members. */
  readonly slots: readonly NodeSlot[];
  /** The nodes of the cluster that fail together. */
  readonly domains: readonly FailureDomain[];
  /** The names of all volumes that this glusterd knows. */
  readonly taken: readonly string[];
}

/**
 * Looks at a pool. Throws where a node of the cluster, that is not marked offline, does not answer. `but`: the UUID of
 * a peer that is gone; volumes are told without its bricks. `isBare`: this node has no glusterd yet, and so no pool.
 */
export async function observePool(name: string, but?: string, isBare = false): Promise<ObservedPool> {
  // First: a glusterd that was asked nothing yet makes its UUID now.
  const [known, here] = isBare ? [[], []] : [await volumes(), await peers()];
  const nodes = await peerNodes();
  const [first] = nodes.silent;
  if (first !== undefined)
    throw new Failure(first.kind, first.message, {
      ...first.details,
      problems: nodes.silent.slice(1).map(({ message }) => message),
    });
  const members = isBare ? [bareMember()] : here.flatMap((peer) => memberOf(peer, nodes, known));
  if (!isBare) await requirePeers(members, here);
  const slots = await slotsOf(name, members);
  const isInSlots = ({ bricks }: Volume): boolean =>
    bricks.every(({ peer, path }) =>
      slots.some(({ node, directory }) => nodes.byPeer.get(peer) === node && path.startsWith(`${directory}/`)),
    );
  const left = known.map((volume) => ({ ...volume, bricks: volume.bricks.filter(({ peer }) => peer !== but) }));
  const own = left.filter((volume) => poolOf(volume) === name);
  for (const volume of own) requireNoIntent(volume);
  return {
    name,
    nodes,
    members,
    volumes: own,
    unfinished: known.filter(
      (volume) => poolOf(volume) === undefined && volume.name.startsWith(prefixOf(name)) && isInSlots(volume),
    ),
    others: left.filter((volume) => !own.includes(volume)).flatMap((volume) => bricksHere(volume, nodes)),
    slots,
    domains: await failureDomains(),
    taken: known.map((volume) => volume.name),
  };
}

/** While a brick moves, its new place looks free, or its volume has a brick more than it will have. */
function requireNoIntent(volume: Volume): void {
  if (intentOf(volume) === undefined) return;
  throw new Failure('busy', `a change of volume ${volume.name} is under way`, { hint: 'gnt-gluster pool reconcile' });
}

/** The bricks of a volume on nodes of the cluster. */
function bricksHere({ bricks }: Volume, { byPeer }: PeerNodes): readonly PlacedBrick[] {
  return bricks.flatMap(({ peer, host, path }) => {
    const node = byPeer.get(peer);
    return node === undefined ? [] : [{ node, host, path }];
  });
}

/** What the planner has to know of the volumes of a pool. */
export async function poolVolumes({ volumes: own, nodes }: ObservedPool): Promise<readonly PoolVolume[]> {
  const found: PoolVolume[] = [];
  // One after the other: each question takes the lock of a volume.
  for (const volume of own)
    found.push({ name: volume.name, bricks: placedBricks(volume, nodes), used: await usedOf(volume) });
  return found;
}

/** The bricks of a volume by their nodes. */
function placedBricks({ bricks }: Volume, nodes: PeerNodes): readonly PlacedBrick[] {
  return bricks.map((brick) => ({ node: nodeOf(brick, nodes), host: brick.host, path: brick.path }));
}

/** The nodes of a pool with all their slots; `more`: slots that are not made yet. */
export function poolNodes(
  { members, slots, domains }: ObservedPool,
  more: readonly (SlotPlace & { readonly node: string; readonly host: string })[] = [],
): readonly PoolNode[] {
  const all = [...slots.map((slot) => ({ ...slot, host: hostOf(slot.node, members) })), ...more];
  return [...Map.groupBy(all, ({ node }) => node)].map(([name, own]) => ({
    name,
    host: own[0]?.host ?? name,
    // No node is called so.
    domain: domains.find(({ nodes }) => nodes.includes(name))?.nodes.join(' ') ?? name,
    slots: own,
  }));
}

/**
 * A node whose glusterd has the UUID of a peer is that peer only if it knows this node as one. The real one may be off.
 */
async function requirePeers(members: readonly Member[], here: readonly Peer[]): Promise<void> {
  const own = here.find(({ isHere }) => isHere);
  const others = members.filter(({ id }) => id !== own?.id);
  const asked = await Promise.all(others.map(async ({ node }) => ({ node, facts: await ask(node, 'glusterd', {}) })));
  for (const { node, facts } of asked) {
    if (facts.id === null)
      throw new Failure('unavailable', `the glusterd of ${node} does not answer`, {
        hint: `on ${node}: systemctl enable --now glusterd`,
      });
    if (!facts.peers.some((peer) => peer.id === own?.id)) throw twinFailure([node, 'a peer']);
  }
}

function hostOf(node: string, members: readonly Member[]): string {
  return members.find((member) => member.node === node)?.host ?? node;
}

/** A peer is called as its bricks are; where it has none, as it was probed, and this node by its address. */
function memberOf(peer: Peer, { byPeer }: PeerNodes, known: readonly Volume[]): readonly Member[] {
  const node = byPeer.get(peer.id);
  if (node === undefined) return [];
  const brick = known.flatMap(({ bricks }) => bricks).find(({ peer: id }) => id === peer.id);
  const called = peer.isHere ? (storageAddress(node) ?? node) : (peer.hosts[0] ?? node);
  return [{ node, host: brick?.host ?? called, id: peer.id }];
}

/** This node as it is to be called when it has a glusterd. */
function bareMember(): Member {
  const { name } = thisNode();
  return { node: name, host: storageAddress(name) ?? name, id: null };
}

async function slotsOf(pool: string, members: readonly Member[]): Promise<readonly NodeSlot[]> {
  const answers = members.map(async ({ node }) =>
    (await ask(node, 'slots', {})).filter((slot) => slot.pool === pool).map((slot) => ({ ...slot, node })),
  );
  const slots = (await Promise.all(answers)).flat();
  const twice = slots.filter(({ id }, index) => slots.findIndex((slot) => slot.id === id) < index);
  if (twice.length === 0) return slots;
  throw new Failure('unsupported', 'two file systems say that they are the same slot, as a copied disk does', {
    problems: twice.map(({ id, node, directory }) => `${node}:${directory} has the UUID ${id} of another slot`),
    hint: 'unmount the copy',
  });
}

/** At most so much has to be copied to a new brick. */
async function usedOf({ name, started }: Volume): Promise<Bytes> {
  const status = started ? await orReason(() => volumeStatus(name)) : 'stopped';
  if (typeof status === 'string') return 0;
  return Math.max(0, ...status.bricks.map(({ size = 0, free = 0 }) => size - free));
}
