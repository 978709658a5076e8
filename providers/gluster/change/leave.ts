import { ask } from '#gluster/agent/ask.ts';
import { peerNodes } from '#gluster/agent/peer-nodes.ts';
import { domainText } from '#gluster/ganeti/failure-domains.ts';
import { namesOf } from '#gluster/ganeti/ssconf.ts';
import { thisNode } from '#gluster/ganeti/this-node.ts';
import type { Follow } from '#gluster/glusterd/healing.ts';
import { change } from '#gluster/glusterd/options.ts';
import { type Peer, peers } from '#gluster/glusterd/peers.ts';
import { nameOf, volumes } from '#gluster/glusterd/volumes.ts';
import { sizeOf } from '#gluster/pool/layout.ts';
import { planLeave } from '#gluster/pool/leave.ts';
import { layoutOf, type PlacedStep, placeSteps } from '#gluster/pool/view.ts';
import { Failure } from '#src/errors.ts';
import { formatBytes } from '#src/units.ts';
import { changedMeanwhile, changePool, makeAllWell, performStep, publish, stepWords } from './grow.ts';
import { type NodeSlot, observePool, poolNodes, poolVolumes } from './observe-pool.ts';
import { wantedCopies } from './pool-options.ts';

/** How a node gives up all that it has of a pool. */
export interface LeavePlan {
  readonly pool: { readonly name: string; readonly copies: number };
  /** Ganeti's name of it. */
  readonly node: string;
  /** They belong to the pool no more. */
  readonly slots: readonly NodeSlot[];
  readonly steps: readonly PlacedStep[];
}

/**
 * The moves of all bricks of a pool that a node has to other nodes. Throws a Failure of kind full that names the
 * volumes whose brick has no other place.
 */
export async function planPoolLeave(name: string, node: string): Promise<LeavePlan> {
  const observed = await observePool(name);
  const open = observed.unfinished.find((volume) =>
    volume.bricks.some(({ peer }) => observed.nodes.byPeer.get(peer) === node),
  );
  if (open !== undefined)
    throw new Failure('busy', `volume ${open.name} was created, and is not complete`, {
      hint: `gnt-gluster pool expand --pool ${name}, or: gluster volume delete ${open.name}`,
    });
  const { others } = observed;
  const view = { nodes: poolNodes(observed), volumes: await poolVolumes(observed), others };
  const { steps, stuck } = planLeave(layoutOf(view), node);
  if (stuck.length > 0)
    throw new Failure('full', `some bricks of ${node} have no other place`, {
      problems: [
        ...stuck.map((set) => `volume ${set.volume} needs a slot of ${formatBytes(sizeOf(set))} on one node more`),
        ...observed.domains.map(domainText),
      ],
      hint: 'gnt-gluster pool join NODE:/DIRECTORY',
    });
  const pool = { name, copies: wantedCopies(observed.volumes) ?? 0 };
  return {
    pool,
    node,
    slots: observed.slots.filter((slot) => slot.node === node),
    steps: placeSteps(view, steps),
  };
}

/** Carries that out, unless something else is to be done by now. The node has no slot of the pool when this returns. */
export async function performLeave(plan: LeavePlan, follow: Follow): Promise<void> {
  const { pool, node, slots, steps } = plan;
  await changePool(pool.name, async () => {
    const now = await planPoolLeave(pool.name, node);
    if (JSON.stringify(stepWords(now.steps)) !== JSON.stringify(stepWords(steps))) throw changedMeanwhile(pool.name);
    try {
      // No step makes a volume: the sectors of a volume to be made do not matter.
      for (const step of steps) await performStep(step, { pool, sector: 512 }, follow);
      if (steps.length > 0) await makeAllWell(pool.name, follow);
    } finally {
      await publish();
    }
    for (const { directory, id } of slots) {
      follow.tell(`${node}:${directory} is no slot any more`);
      await ask(node, 'drop slot', { directory, id });
    }
  });
}

/** Takes a node without bricks and slots out of the peers. */
export async function detachPeer(node: string, follow: Follow): Promise<void> {
  if (node === thisNode().name)
    throw new Failure('unsupported', `${node} is this node`, { hint: 'type this on another node of the pool' });
  const { byPeer, silent } = await peerNodes();
  const [problem] = silent;
  if (problem !== undefined) throw problem;
  const members = await peers();
  const peer = members.find(({ id }) => byPeer.get(id) === node);
  const called = members.find(({ hosts }) => hosts.some((host) => namesOf(node).includes(host)));
  if (peer === undefined && called !== undefined)
    throw new Failure('unavailable', `the glusterd of ${node} does not say who it is`, {
      hint: `if it is gone for good: gluster peer detach ${called.hosts[0]}`,
    });
  if (peer === undefined) return;
  const bricks = (await volumes()).flatMap((volume) =>
    volume.bricks.filter(({ peer: id }) => id === peer.id).map((brick) => `volume ${volume.name} has ${nameOf(brick)}`),
  );
  if (bricks.length > 0)
    throw new Failure('busy', `${node} has bricks`, { problems: bricks, hint: 'gnt-gluster pool replace --help' });
  await detach(peer, node, follow, [peer.id]);
}

/** Detaches a peer, by a name that leads to one of the UUIDs, or to nobody where that is null. */
export async function detach(
  { hosts: [host = ''] }: Peer,
  node: string,
  follow: Follow,
  ids: readonly (string | null)[],
): Promise<void> {
  // A name that leads to another glusterd by now must not be detached.
  const found = (await ask(thisNode().name, 'glusterds at', { hosts: [host] }))[host] ?? null;
  if (!ids.includes(found))
    throw new Failure('unavailable', `${host} does not lead to the glusterd of ${node}`, { hint: 'gluster pool list' });
  follow.tell(`${node} leaves the peers`);
  // A peer that is down, whichever, is a reason for glusterd to refuse without this. One with bricks stays anyway.
  const force = ids.includes(null) ? ['force'] : [];
  await change(['peer', 'detach', host, ...force]);
}
