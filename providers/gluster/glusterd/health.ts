import type { Bytes } from '#src/units.ts';
import type { Pending } from './heal.ts';
import { isOff } from './options.ts';
import { memberState, type Peer } from './peers.ts';
import type { VolumeStatus } from './status.ts';
import { nameOf, type Volume, type VolumeBrick } from './volumes.ts';

/**
 * ok: every copy is there and complete. healing: every copy is there, and one is behind. degraded: fewer copies are
 * there than the volume has, and guests can write. down: they cannot. unknown: somebody gave no answer.
 */
export type State = 'ok' | 'healing' | 'degraded' | 'down' | 'stopped' | 'unknown';

/** What is known of a volume now. */
export interface Observed {
  readonly volume: Volume;
  /** undefined: it is stopped. A sentence: why it is not known. */
  readonly status: VolumeStatus | string | undefined;
  /** undefined: nothing of it can wait. A sentence: why it is not known. */
  readonly pending: Pending | string | undefined;
  readonly peers: readonly Peer[];
}

const daemonIsOff = 'the option cluster.self-heal-daemon is off: what a brick misses is not healed';

export interface Health {
  readonly state: State;
  /** What is wrong, a sentence each. */
  readonly problems: readonly string[];
  /** How many bricks run. */
  readonly online: number;
  /** How many bricks and self-heal daemons do not, of peers that could start them. */
  readonly idle: number;
  /** The UUIDs of the peers whose self-heal daemon does not run, as their glusterds have it. */
  readonly idleHealers: readonly string[];
  /** As much as its smallest brick; undefined where one did not say. */
  readonly size: Bytes | undefined;
  readonly free: Bytes | undefined;
}

/** Of a volume of one replica set, whether it has all its copies. Unknown is never healthy. */
export function healthOf(observed: Observed): Health {
  const { volume, status, peers } = observed;
  const nothing = { online: 0, idle: 0, idleHealers: [], size: undefined, free: undefined };
  if (status === undefined)
    return { state: 'stopped', problems: [`it is stopped: gluster volume start ${volume.name}`], ...nothing };
  if (typeof status === 'string') return { state: 'unknown', problems: [status], ...nothing };
  const found = volume.bricks.map((brick) => ({ brick, status: statusOf(brick, status) }));
  // The glusterd of a brick tells of it. While that is away, nothing is known of the brick, which may well run.
  const isAway = ({ peer }: VolumeBrick): boolean =>
    peers.some(({ id, connected, isHere }) => id === peer && !connected && !isHere);
  const notSeen = found.filter((one) => one.status?.online !== true).map(({ brick }) => brick);
  const down = notSeen.filter((brick) => !isAway(brick));
  const healing = volume.copies === 1 ? [] : volume.bricks.filter((brick) => !isAway(brick));
  const missing = healing.map(({ peer }) => peer).filter((peer) => !status.healers.has(peer));
  const idle = [...new Set([...missing, ...status.idleHealers])];
  const away = peersOf(volume).flatMap((id) => strayed(id, peers));
  const isPaused = idle.length > 0 && isOff(volume.options.get('cluster.self-heal-daemon') ?? 'on');
  // It does not count while it is off.
  const waiting = waitingFor(isPaused ? { ...observed, pending: undefined } : observed, down);
  const data = found.filter(({ brick }) => !brick.arbiter).map((one) => one.status);
  const problems = [
    ...(volume.bricks.length > volume.copies
      ? [`it has ${volume.bricks.length} bricks in more than one replica set`]
      : []),
    ...down.map((brick) => `brick ${nameOf(brick)} does not run`),
    ...(isPaused
      ? [daemonIsOff]
      : idle.map((peer) => `the self-heal daemon of ${hostOf(observed, peer)} does not run`)),
    ...away,
    ...waiting.problems,
  ];
  return {
    state: stateOf({ volume, down, isComplete: idle.length === 0 && away.length === 0, ...waiting }),
    problems,
    online: volume.bricks.length - notSeen.length,
    idle: down.length + (isPaused ? 0 : idle.length),
    idleHealers: isPaused ? [] : idle,
    size: smallest(data.map((one) => one?.size)),
    free: smallest(data.map((one) => one?.free)),
  };
}

interface Facts {
  readonly volume: Volume;
  readonly down: readonly VolumeBrick[];
  readonly isComplete: boolean;
  readonly isKnown: boolean;
  readonly entries: number;
}

function stateOf({ volume, down, isComplete, isKnown, entries }: Facts): State {
  if (!canWrite(volume, down)) return 'down';
  if (down.length > 0 || !isComplete) return 'degraded';
  if (!isKnown) return 'unknown';
  return entries > 0 ? 'healing' : 'ok';
}

/** Whether clients can write with some bricks down: to every replica set, as cluster.quorum-type has it. */
export function canWrite(volume: Volume, down: readonly VolumeBrick[]): boolean {
  const { copies, bricks } = volume;
  for (let first = 0; first < bricks.length; first += copies)
    if (!hasQuorum(volume, bricks.slice(first, first + copies), down)) return false;
  return true;
}

/**
 * auto, which three copies have unless told: more than half of the bricks run, or half of them with the first. fixed:
 * so many as cluster.quorum-count says. none, which two copies have unless told: one.
 */
function hasQuorum({ copies, options }: Volume, set: readonly VolumeBrick[], down: readonly VolumeBrick[]): boolean {
  const running = set.filter((brick) => !down.includes(brick));
  const kind = options.get('cluster.quorum-type') ?? (copies > 2 ? 'auto' : 'none');
  if (kind === 'fixed') return running.length >= Number(options.get('cluster.quorum-count') ?? 1);
  if (kind !== 'auto' || copies === 1) return running.length > 0;
  return running.length * 2 > copies || (running.length * 2 === copies && running[0] === set[0]);
}

function statusOf({ peer, path }: VolumeBrick, { bricks }: VolumeStatus) {
  return bricks.find((one) => one.peer === peer && one.path === path);
}

function peersOf({ bricks }: Volume): readonly string[] {
  return [...new Set(bricks.map(({ peer }) => peer))];
}

function hostOf({ volume: { bricks }, peers }: Observed, id: string): string {
  const peer = peers.find((one) => one.id === id);
  return bricks.find((brick) => brick.peer === id)?.host ?? (peer?.isHere ? 'this node' : peer?.hosts[0]) ?? id;
}

/** What is wrong with the membership of a peer. */
function strayed(id: string, peers: readonly Peer[]): readonly string[] {
  const peer = peers.find((one) => one.id === id);
  if (peer === undefined) return [`no peer has the UUID ${id}, which has a brick`];
  if (peer.isHere) return [];
  const name = peer.hosts[0] ?? id;
  if (!peer.connected) return [`the glusterd of ${name} does not answer`];
  return peer.state === memberState ? [] : [`peer ${name} is in state ${JSON.stringify(peer.state)}`];
}

/** What waits to be healed. A brick that is down is told already. */
function waitingFor({ volume, pending }: Observed, down: readonly VolumeBrick[]) {
  if (pending === undefined) return { isKnown: true, entries: 0, problems: [] };
  if (typeof pending === 'string') return { isKnown: false, entries: 0, problems: [pending] };
  const { entries, counted } = pending;
  const silent = volume.bricks.filter((brick) => !counted.includes(nameOf(brick)) && !down.includes(brick));
  const waits = entries === 1 ? '1 entry waits' : `${entries} entries wait`;
  return {
    isKnown: silent.length === 0,
    entries,
    problems: [
      ...(entries > 0 ? [`${waits} to be healed: gluster volume heal ${volume.name} info summary`] : []),
      ...silent.map((brick) => `brick ${nameOf(brick)} does not say what waits to be healed`),
    ],
  };
}

function smallest(sizes: readonly (Bytes | undefined)[]): Bytes | undefined {
  const known = sizes.filter((size) => size !== undefined);
  return known.length === 0 || known.length < sizes.length ? undefined : Math.min(...known);
}
