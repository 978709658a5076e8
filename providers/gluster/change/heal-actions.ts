import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '#gluster/agent/ask.ts';
import { peerNodes } from '#gluster/agent/peer-nodes.ts';
import { callHealers } from '#gluster/glusterd/heal.ts';
import type { Actions, Follow } from '#gluster/glusterd/healing.ts';
import { healthOf } from '#gluster/glusterd/health.ts';
import { orReason } from '#gluster/glusterd/observe.ts';
import { change, setCommand } from '#gluster/glusterd/options.ts';
import { patiently } from '#gluster/glusterd/patiently.ts';
import { peers } from '#gluster/glusterd/peers.ts';
import { volumeStatus } from '#gluster/glusterd/status.ts';
import { type Volume, volumeInfo, volumes } from '#gluster/glusterd/volumes.ts';
import { intentOf } from './intent.ts';

/** So often the daemons of a volume are started, and looked at each time, with so many milliseconds between. */
const [mostStarts, looks, turn] = [3, 10, 1000];

/** After so many seconds without a change a client gives a lock back. */
const delay = 'cluster.post-op-delay-secs';

/**
 * What is done to a volume to have it healed, as arguments of gluster. What a killed run left at 0 is not given back.
 */
export function healCommands({ name, options }: Volume) {
  const before = options.get(delay) ?? '0';
  return {
    hurry: setCommand(name, [{ option: delay, wanted: '0' }]),
    start: startCommand(name),
    heal: ['volume', 'heal', name],
    giveBack: before === '0' ? ['volume', 'reset', name, delay] : setCommand(name, [{ option: delay, wanted: before }]),
  };
}

/** The actions of healVolume on a volume. `look`: its bricks may change meanwhile. */
export function healActions(volume: Volume, look: Actions['look']): Actions {
  const { hurry, start, giveBack } = healCommands(volume);
  return {
    look,
    start: () => change(start),
    endHealers,
    hurry: (on) => change(on ? hurry : giveBack),
    heal: () => callHealers(volume.name),
  };
}

/**
 * One daemon of a node heals all its volumes. A glusterd can take it for dead: it deletes the daemon's file of its
 * process number when a volume could not be added to it, and a later start of the same finds it as it is and writes no
 * new one (glusterd_shd_svcproc_cleanup of glusterd-shd-svc-helper.c, mgmt_process_volfile of glusterfsd-mgmt.c). The
 * start of one volume begins a new daemon for that one alone, so the others are started, too. GlusterFS 10.3 can have
 * two daemons on the node from then on, each with volumes of its own.
 */
async function endHealers(ids: readonly string[], { tell, isStopped }: Follow): Promise<void> {
  const { byPeer } = await peerNodes();
  for (const peer of ids) {
    const node = byPeer.get(peer);
    const ended =
      node === undefined ? 'its node is not known' : await orReason(() => ask(node, 'end healers', { peer }));
    if (ended === 0) tell(`${node} has no self-heal daemon that could be ended`);
    if (typeof ended === 'string') tell(`the self-heal daemon of ${node ?? peer} is not ended: ${ended}`);
  }
  const startAll = async (times: number): Promise<readonly string[]> => {
    const problems: string[] = [];
    for (const { name } of await volumes()) {
      if (isStopped()) return [];
      const reason = await orReason(() => startHealers(name, ids, times, isStopped));
      if (reason !== undefined) problems.push(`volume ${name}: ${reason}; later: gnt-gluster pool heal ${name}`);
    }
    return problems;
  };
  // The start of one can end that of another: all are looked at again when all were started.
  await startAll(mostStarts);
  for (const problem of await startAll(1)) tell(problem);
}

/**
 * Starts what does not run of a volume, so many times, if it is the self-heal daemons of some peers alone: a brick must
 * not come back unasked. Why they do not run in the end, a sentence without its end; undefined: they do.
 */
async function startHealers(
  name: string,
  ids: readonly string[],
  times: number,
  isStopped: Follow['isStopped'],
): Promise<string | undefined> {
  let idle = await idleOf(name, ids);
  for (let time = 0; time < times && idle === 'healers' && !isStopped(); time++) {
    await change(startCommand(name));
    // A daemon tells that it has one more volume after the start of that has been answered.
    for (let look = 0; look < looks && idle === 'healers' && !isStopped(); look++) {
      await sleep(turn);
      idle = await idleOf(name, ids);
    }
  }
  if (idle === undefined) return undefined;
  return idle === 'bricks'
    ? 'a brick does not run either, so nothing is started'
    : 'its self-heal daemons do not all start';
}

/** What of a volume does not run, where self-heal daemons of these peers are among it; undefined: they all run. */
async function idleOf(name: string, ids: readonly string[]): Promise<'healers' | 'bricks' | undefined> {
  const [volume, known] = [await volumeInfo(name), await peers()];
  // Whoever changes the volume starts what it needs.
  if (volume === undefined || !volume.started || volume.copies === 1 || intentOf(volume) !== undefined)
    return undefined;
  const status = await patiently(() => volumeStatus(name));
  const { idle, idleHealers } = healthOf({ volume, status, pending: undefined, peers: known });
  if (!idleHealers.some((id) => ids.includes(id))) return undefined;
  return idle > idleHealers.length ? 'bricks' : 'healers';
}

function startCommand(name: string): readonly string[] {
  return ['volume', 'start', name, 'force'];
}
