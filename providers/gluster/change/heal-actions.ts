import { ask } from '#gluster/agent/ask.ts';
import { peerNodes } from '#gluster/agent/peer-nodes.ts';
import { callHealers } from '#gluster/glusterd/heal.ts';
import type { Actions } from '#gluster/glusterd/healing.ts';
import { healthOf } from '#gluster/glusterd/health.ts';
import { orReason } from '#gluster/glusterd/observe.ts';
import { change, setCommand } from '#gluster/glusterd/options.ts';
import { patiently } from '#gluster/glusterd/patiently.ts';
import { peers } from '#gluster/glusterd/peers.ts';
import { volumeStatus } from '#gluster/glusterd/status.ts';
import { type Volume, volumeInfo, volumes } from '#gluster/glusterd/volumes.ts';
import { intentOf } from './intent.ts';

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
async function endHealers(ids: readonly string[], tell: (line: string) => void): Promise<void> {
  const { byPeer } = await peerNodes();
  for (const peer of ids) {
    const node = byPeer.get(peer);
    const ended =
      node === undefined ? 'its node is not known' : await orReason(() => ask(node, 'end healers', { peer }));
    if (ended === 0) tell(`${node} has no self-heal daemon that could be ended`);
    if (typeof ended === 'string') tell(`the self-heal daemon of ${node ?? peer} is not ended: ${ended}`);
  }
  for (const { name } of await volumes()) {
    const reason = await orReason(() => startHealers(name, ids));
    if (reason !== undefined) tell(`volume ${name}: ${reason}; later: gnt-gluster pool heal ${name}`);
  }
}

/**
 * Starts what does not run of a volume, if it is the self-heal daemons of some peers alone: a brick must not come back
 * unasked. Why not, where these do not run, a sentence without its end.
 */
async function startHealers(name: string, ids: readonly string[]): Promise<string | undefined> {
  const [volume, known] = [await volumeInfo(name), await peers()];
  // Whoever changes the volume starts what it needs.
  if (volume === undefined || !volume.started || volume.copies === 1 || intentOf(volume) !== undefined)
    return undefined;
  const status = await patiently(() => volumeStatus(name));
  const { idle, idleHealers } = healthOf({ volume, status, pending: undefined, peers: known });
  if (!idleHealers.some((id) => ids.includes(id))) return undefined;
  if (idle > idleHealers.length) return 'a brick does not run, so its self-heal daemon is not started';
  await change(startCommand(name));
  return undefined;
}

function startCommand(name: string): readonly string[] {
  return ['volume', 'start', name, 'force'];
}
