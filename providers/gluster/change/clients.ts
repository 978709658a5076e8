import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '#gluster/agent/ask.ts';
import { askAll } from '#gluster/agent/ask-all.ts';
import type { PeerNodes } from '#gluster/agent/peer-nodes.ts';
import { brickKey, clientCounts, daemonClients } from '#gluster/glusterd/status.ts';
import { nameOf, type Volume, type VolumeBrick } from '#gluster/glusterd/volumes.ts';
import { type BrickMove, hasBrick, type Place, volumeOf } from './brick-move.ts';
import { nodeOf } from './nodes.ts';

/**
 * Why not every peer has the new brick, or why the old ones do not mark what it lacks. An add-brick during which a
 * glusterd died can leave an empty brick that no mark tells of. While the daemons are off the marks stay.
 */
export async function refusalOf(move: BrickMove, nodes: PeerNodes): Promise<string | undefined> {
  const volume = await volumeOf(move);
  if (!hasBrick(volume, move.to)) return `the volume does not have brick ${nameOf(move.to)}`;
  const refusals = await Promise.all(volume.bricks.map((brick) => refusalOfBrick(volume, brick, move.to, nodes)));
  return refusals.find((refusal) => refusal !== undefined);
}

async function refusalOfBrick(
  volume: Volume,
  brick: VolumeBrick,
  to: Place,
  nodes: PeerNodes,
): Promise<string | undefined> {
  const node = nodeOf(brick, nodes);
  const wanted = volume.bricks.map(({ peer, path }) => brickKey(peer, path));
  const seen = await ask(node, 'seen volume', { name: volume.name });
  const [stray] = seen.strayed;
  if (stray !== undefined) return `the glusterd of ${node} says that ${stray}`;
  if (seen.id !== volume.id || seen.copies !== volume.copies || seen.bricks.join() !== wanted.join())
    return `the glusterd of ${node} has other bricks of the volume`;
  if (brickKey(brick.peer, brick.path) === brickKey(to.peer, to.path)) return undefined;
  const { root } = await ask(node, 'brick marks', { volume: volume.id, path: brick.path });
  return root ? undefined : `brick ${nameOf(brick)} has no mark of what the new brick lacks`;
}

/** Between two looks at who is connected: milliseconds; and how often it is looked at most. */
const settleTurn = 2000;
const settleLooks = 8;

/**
 * The most clients that a brick of a volume has, but for self-heal daemons. A mount that nobody used since the last
 * change of the volume counts twice: it is woken, and its old connections go.
 */
export async function mostClients({ name }: Volume): Promise<number> {
  await wake(name);
  let before = Number.NaN;
  for (let look = 0; ; look += 1) {
    const most = Math.max(0, ...(await clientCounts(name)).values()) - (await daemonClients(name));
    if (most === before || look === settleLooks) return most;
    before = most;
    await sleep(settleTurn);
  }
}

async function wake(volume: string): Promise<void> {
  await askAll((node) => ask(node, 'wake mounts', { volume }));
}

/**
 * Why not every client is on the new brick. A client that cannot reach a glusterd goes on with the old bricks: then
 * these have more clients than the new one. `before`: how many there were; one that is away may come back as it was.
 */
export async function laggingOf(move: BrickMove, before: number): Promise<string | undefined> {
  const clients = await clientsOf(move);
  if (!clients.some(({ isNew }) => isNew)) return `the volume does not have brick ${nameOf(move.to)}`;
  const silent = clients.find(({ count }) => count === undefined);
  if (silent !== undefined) return silentBrick(silent.name);
  const most = Math.max(...clients.map(({ count = 0 }) => count)) - (await daemonClients(move.volume.name));
  const reason = unequal(clients);
  // A mount that nobody uses is as it was until it is asked something.
  if (reason !== undefined) await wake(move.volume.name);
  return reason ?? (most >= before ? undefined : `${before - most} of the clients went away meanwhile`);
}

/** Which clients are not on the new brick for sure; undefined, too, where a brick does not say what it has. */
export async function lateOf(move: BrickMove): Promise<string | undefined> {
  const clients = await clientsOf(move);
  return clients.some(({ count }) => count === undefined) ? undefined : unequal(clients);
}

/** Between two looks at who is on all bricks, and how often it is looked at most: a client may just connect. */
const evenTurn = 3000;
const evenLooks = 5;

/**
 * Why not every client of a volume is on all of its bricks; undefined when each is. Only how many each brick has is
 * known: that two clients lack a brick each, and not the same one of two, is not seen.
 */
export async function unevenClients(volume: Volume): Promise<string | undefined> {
  for (let look = 1; ; look += 1) {
    const reason = unevenIn(volume, await clientCounts(volume.name));
    if (reason === undefined || look === evenLooks) return reason;
    // A mount that nobody used since the last change of the volume counts twice.
    await wake(volume.name);
    await sleep(evenTurn);
  }
}

/** The same of how many clients the bricks have, by their keys. */
export function unevenIn({ bricks }: Volume, counts: ReadonlyMap<string, number>): string | undefined {
  const clients = bricks.map((brick) => ({ name: nameOf(brick), count: counts.get(brickKey(brick.peer, brick.path)) }));
  const silent = clients.find(({ count }) => count === undefined);
  return silent === undefined ? unequal(clients) : silentBrick(silent.name);
}

interface BrickClients {
  readonly name: string;
  readonly isNew: boolean;
  /** undefined: it does not say. */
  readonly count: number | undefined;
}

async function clientsOf(move: BrickMove): Promise<readonly BrickClients[]> {
  const volume = await volumeOf(move);
  const counts = await clientCounts(volume.name);
  const fresh = brickKey(move.to.peer, move.to.path);
  return volume.bricks.map((brick) => {
    const key = brickKey(brick.peer, brick.path);
    return { name: nameOf(brick), isNew: key === fresh, count: counts.get(key) };
  });
}

function silentBrick(name: string): string {
  return `brick ${name} does not say which clients it has`;
}

function unequal(clients: readonly Pick<BrickClients, 'name' | 'count'>[]): string | undefined {
  if (new Set(clients.map(({ count }) => count)).size === 1) return undefined;
  return `not every client is on all bricks: ${clients.map(({ name, count }) => `${name} has ${count}`).join(', ')}`;
}
