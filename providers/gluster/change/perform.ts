import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '#gluster/agent/ask.ts';
import type { PeerNodes } from '#gluster/agent/peer-nodes.ts';
import { thisNode } from '#gluster/ganeti/this-node.ts';
import { type Copied, type Follow, healingTimes, healVolume } from '#gluster/glusterd/healing.ts';
import type { Observed } from '#gluster/glusterd/health.ts';
import { orReason } from '#gluster/glusterd/observe.ts';
import { change } from '#gluster/glusterd/options.ts';
import { Failure } from '#src/errors.ts';
import { withLock } from '#src/lock.ts';
import type { Bytes } from '#src/units.ts';
import {
  type BrickMove,
  commandsOf,
  intend,
  neededBy,
  observeMove,
  type Place,
  removeBrick,
  retire,
  standingOf,
  volumeOf,
} from './brick-move.ts';
import { laggingOf, lateOf, mostClients, refusalOf } from './clients.ts';
import { gonePeers } from './dead-peer.ts';
import { healActions } from './heal-actions.ts';
import { type MoveActions, moveBrick, undoMove } from './move.ts';
import { doubtOf } from './proof.ts';
import { addSecondCopy, trustSecondCopy } from './second-copy.ts';

/** The proof is looked at three times, with so many milliseconds between. A large file can be copied for hours. */
const limits = { ...healingTimes, turn: 10_000, hopeless: 6 * 3_600_000 };

/** A client that connects is on some bricks a moment sooner than on others: looks, and milliseconds between them. */
const lateLooks = 5;
const lateTurn = 3000;

/** Does something to a volume: one change of it at a time on this node. */
export async function changeVolume(name: string, action: () => Promise<void>): Promise<void> {
  await withLock(changeLock(name), 'change of a volume', action);
}

/** The same, on all nodes that can be asked. */
export async function changeVolumeAlone(name: string, nodes: PeerNodes, action: () => Promise<void>): Promise<void> {
  await changeVolume(name, async () => {
    const reason = await rivalAt(name, nodes);
    if (reason !== undefined) throw new Failure('busy', reason, { hint: 'wait until it has ended' });
    await action();
  });
}

async function rivalAt(name: string, nodes: PeerNodes): Promise<string | undefined> {
  const node = await rivalOf(changeLock(name), nodes);
  return node && `node ${node} works at a change of volume ${name}`;
}

/** The lock on changes of a volume on one node. */
function changeLock(name: string): string {
  return `change@${name}`;
}

/**
 * Moves a brick on real volumes, or finishes what an earlier run began; with `undo` it takes that back. One change of a
 * volume at a time on this node.
 */
export async function performMove(move: BrickMove, nodes: PeerNodes, follow: Follow, undo = false): Promise<void> {
  const actions = actionsOf(move, nodes, follow);
  await changeVolume(move.volume.name, () => (undo ? undoMove(actions, follow) : moveBrick(actions, follow)));
}

function actionsOf(move: BrickMove, nodes: PeerNodes, follow: Follow): MoveActions {
  const commands = commandsOf(move);
  const isSecondCopy = move.copies === 1;
  let before = 0;
  return {
    keepsOld: move.from === undefined,
    isSecondCopy,
    look: async () => standingOf(move, await volumeOf(move)),
    rival: () => rivalAt(move.volume.name, nodes),
    intend: (stage) => intend(move, stage),
    heal: async (on) => {
      const { isHealingOff } = standingOf(move, await volumeOf(move));
      if (isHealingOff === on) await change(on ? commands.resume : commands.pause);
    },
    add: async () => {
      before = await mostClients(move.volume);
      await (isSecondCopy ? addSecondCopy(move, nodes) : change(commands.add));
    },
    refusal: () => refusalOf(move, nodes),
    lagging: () => orReason(() => laggingOf(move, before)),
    complete: () => complete(move, nodes, follow),
    trust: async () => {
      if (isSecondCopy) await trustSecondCopy(move);
    },
    need: async () => {
      const observed = await observeMove(move);
      return neededBy(observed, move.to, gonePeers(observed.peers));
    },
    remove: (brick) => removeBrick(move, brick),
    retire: async (brick) => {
      const left = brick === 'old' ? move.from : move.to;
      if (left !== undefined) await retire(move, left, nodes);
    },
  };
}

/** Returns when the new brick is complete; or which clients were never on it, as nothing else would tell. */
async function complete(move: BrickMove, nodes: PeerNodes, follow: Follow): Promise<string | undefined> {
  const look = async (): Promise<Observed> => {
    const observed = await observeMove(move);
    const copied = copiedOf(move, observed);
    if (copied !== undefined) follow.show?.(copied);
    return observed;
  };
  let late: string | undefined;
  const doubt = async (): Promise<string | undefined> => {
    const doubted = await orReason(async () => {
      late = await lateClients(move);
      return late ?? (await doubtOf((await look()).volume, nodes, move.to));
    });
    if (late !== undefined) throw new Failure('failed', late);
    return doubted;
  };
  try {
    await healVolume({ ...healActions(move.volume, look), doubt }, follow, limits);
    return undefined;
  } catch (error) {
    if (late !== undefined) return late;
    throw error;
  }
}

async function lateClients(move: BrickMove): Promise<string | undefined> {
  let reason: string | undefined;
  for (let look = 0; look < lateLooks; look += 1) {
    if (look > 0) await sleep(lateTurn);
    reason = await lateOf(move);
    if (reason === undefined) return undefined;
  }
  return reason;
}

/** How much of a move is copied, by what the file systems of the bricks have; undefined where that is not known. */
export function copiedOf({ from, to }: BrickMove, { volume, status }: Observed): Copied | undefined {
  if (typeof status !== 'object') return undefined;
  const usedAt = (place: Place | undefined): Bytes | undefined => {
    const brick = status.bricks.find(
      (one) => place !== undefined && one.peer === place.peer && one.path === place.path,
    );
    return brick?.size === undefined || brick.free === undefined ? undefined : brick.size - brick.free;
  };
  const source = from ?? volume.bricks.find((brick) => brick.peer !== to.peer);
  const [all, done] = [usedAt(source), usedAt(to)];
  if (all === undefined || done === undefined || all <= 0) return undefined;
  return { done: Math.min(done, all), all };
}

/** The other node whose process has a lock. One that cannot be asked is taken for dead. */
export async function rivalOf(lock: string, { byPeer }: PeerNodes): Promise<string | undefined> {
  for (const node of byPeer.values()) {
    if (node === thisNode().name) continue;
    const isBusy = await orReason(() => ask(node, 'change lock', { name: lock }));
    if (isBusy === true) return node;
  }
  return undefined;
}
