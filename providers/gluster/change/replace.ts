import { randomUUID } from 'node:crypto';
import { ask } from '#gluster/agent/ask.ts';
import type { PeerNodes } from '#gluster/agent/peer-nodes.ts';
import { ganetiNodes, isSameNode, storageAddress } from '#gluster/ganeti/ssconf.ts';
import { healthOf } from '#gluster/glusterd/health.ts';
import { observe, orReason } from '#gluster/glusterd/observe.ts';
import { effectiveOptions, isOff } from '#gluster/glusterd/options.ts';
import { type Peer, peers } from '#gluster/glusterd/peers.ts';
import { nameOf, placeIn, type Volume } from '#gluster/glusterd/volumes.ts';
import { Failure } from '#src/errors.ts';
import { type Bytes, formatBytes } from '#src/units.ts';
import { type BrickMove, hasBrick, type Place } from './brick-move.ts';
import { type Intent, intentOf, noBrick } from './intent.ts';
import { nodeOf } from './nodes.ts';

/** A move, and how many bytes it copies. */
export interface PlannedMove {
  readonly move: BrickMove;
  readonly bytes: Bytes;
  /** An earlier run began it. */
  readonly isBegun: boolean;
}

/**
 * The move of a brick, HOST:/PATH, to another place, and all that is against it in one Failure. With `noBrick` in place
 * of the brick the volume gets a copy more. What an earlier run began is planned as it was then.
 */
export async function planReplace(volume: Volume, from: string, to: string, nodes: PeerNodes): Promise<PlannedMove> {
  const members = await peers();
  const begun = intentOf(volume);
  if (begun !== undefined && (typeof begun === 'string' || begun.from !== from || begun.to !== to))
    throw new Failure('busy', `another change of volume ${volume.name} is under way`, {
      problems: [typeof begun === 'string' ? begun : wordsOf(begun)],
      hint: 'gnt-gluster pool reconcile',
    });
  const fresh = begun ? await begunPlace(to, volume, nodes, members) : await placeOf(to, volume, nodes, members);
  const old =
    begun && from !== noBrick
      ? await begunPlace(from, volume, nodes, members)
      : volume.bricks.find((brick) => nameOf(brick) === from);
  if (old === undefined && from !== noBrick)
    throw new Failure('invalid', `volume ${volume.name} has no brick ${from}`, {
      problems: volume.bricks.map((brick) => `it has ${nameOf(brick)}`),
    });
  const hasBoth = [old ?? fresh, fresh].every((place) => hasBrick(volume, place));
  const copies = hasBoth ? volume.copies - 1 : volume.copies;
  const move = { volume, from: old, to: fresh, copies, run: randomUUID() };
  if (begun !== undefined) return { move, bytes: 0, isBegun: true };
  const source = old ?? volume.bricks[0];
  if (source === undefined) throw new Failure('unavailable', `volume ${volume.name} has no brick`);
  const bytes = await ask(nodeOf(source, nodes), 'brick usage', { volume: volume.id, path: source.path });
  await requireMovable(move, bytes, nodes, members);
  return { move, bytes, isBegun: false };
}

/** What is under way, as a sentence without its end. */
export function wordsOf({ from, to }: Pick<Intent, 'from' | 'to'>): string {
  return from === noBrick ? `a copy is made at ${to}` : `brick ${from} moves to ${to}`;
}

/**
 * A place of a move that was begun. Its node may be gone meanwhile: then it is the place of no brick, and the move is
 * finished or undone without it.
 */
async function begunPlace(name: string, volume: Volume, nodes: PeerNodes, members: readonly Peer[]): Promise<Place> {
  const brick = volume.bricks.find((one) => nameOf(one) === name);
  if (brick !== undefined) return brick;
  const place = placeIn(name);
  if (place === undefined) throw new Failure('invalid', `${JSON.stringify(name)} is not HOST:/PATH of a directory`);
  const found = await orReason(() => placeOf(name, volume, nodes, members));
  return typeof found === 'string' ? { ...place, peer: '' } : found;
}

/** The place that HOST:/PATH means: HOST is a node of the cluster, whose glusterd tells who it is. */
async function placeOf(
  name: string,
  volume: Volume,
  { byPeer, silent }: PeerNodes,
  members: readonly Peer[],
): Promise<Place> {
  const place = placeIn(name);
  if (place === undefined || !/^\/([\w.@+-]+\/)*[\w.@+-]+$/.test(place.path) || /\/\.\.?(\/|$)/.test(place.path))
    throw new Failure('invalid', `${JSON.stringify(name)} is not HOST:/PATH of a directory`);
  const { nodes } = ganetiNodes();
  const found =
    [...byPeer].find(([, node]) => node === place.host || isSameNode(node, place.host, nodes)) ??
    [...byPeer].find(([, node]) => storageAddress(node) === place.host);
  const known =
    volume.bricks.find(({ host }) => host === place.host)?.peer ??
    members.find(({ hosts }) => hosts.includes(place.host))?.id;
  const peer = found?.[0] ?? known;
  if (peer === undefined)
    throw (
      silent.find(({ message }) => message.includes(place.host)) ??
      new Failure('invalid', `no node of the cluster with a glusterd is called ${place.host}`, {
        hint: 'gnt-node list',
      })
    );
  if (!members.some(({ id }) => id === peer))
    throw new Failure('unavailable', `the glusterd of ${place.host} is not a peer of this one`, {
      hint: `gluster peer probe ${place.host}`,
    });
  return { ...place, peer };
}

/** With these a client copies to a new brick, while another one may not write to it yet. */
const clientHealing = ['cluster.data-self-heal', 'cluster.entry-self-heal', 'cluster.metadata-self-heal'];

/** Throws a Failure that has all that is against a move that is not begun yet. */
async function requireMovable(
  { volume, from, to, copies }: BrickMove,
  bytes: Bytes,
  nodes: PeerNodes,
  members: readonly Peer[],
): Promise<void> {
  const { name } = volume;
  const health = healthOf(await observe(volume, members));
  const { problems, free } = await ask(nodeOf(to, nodes), 'new place', { path: to.path });
  const options = await effectiveOptions(name);
  const healing = clientHealing.filter((option) => !isOff(options.get(option) ?? 'off'));
  const same = volume.bricks.find(({ peer }) => peer === to.peer);
  const against = [
    ...(volume.bricks.length > copies ? [`volume ${name} has more than one replica set`] : []),
    ...(volume.arbiters > 0 ? [`volume ${name} has an arbiter: Gluster adds no brick to it`] : []),
    ...healing.map((option) => `option ${option} lets clients heal: gluster volume reset ${name} ${option}`),
    ...(health.state === 'ok' ? [] : [`volume ${name} is ${health.state}`, ...health.problems]),
    ...(same === undefined
      ? []
      : [`${to.host} has a brick of volume ${name} already${same.path === from?.path ? '' : `: ${nameOf(same)}`}`]),
    ...problems.map((problem) => `${to.host}: ${problem}`),
    ...(problems.length === 0 && free < bytes
      ? [`${to.host}: ${formatBytes(free)} are free there, and ${formatBytes(bytes)} are needed, see pool purge`]
      : []),
  ];
  if (against.length === 0) return;
  const what = from === undefined ? `volume ${name} cannot get a copy at` : `brick ${nameOf(from)} cannot move to`;
  throw new Failure('unsupported', `${what} ${nameOf(to)}`, {
    problems: against,
    hint: health.state === 'ok' ? `gnt-gluster pool status` : `gnt-gluster pool heal ${name}`,
  });
}
