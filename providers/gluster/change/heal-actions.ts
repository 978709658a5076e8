import { ask } from '#gluster/agent/ask.ts';
import { peerNodes } from '#gluster/agent/peer-nodes.ts';
import { callHealers } from '#gluster/glusterd/heal.ts';
import type { Actions } from '#gluster/glusterd/healing.ts';
import { healthOf } from '#gluster/glusterd/health.ts';
import { observe } from '#gluster/glusterd/observe.ts';
import { change, setCommand } from '#gluster/glusterd/options.ts';
import { peers } from '#gluster/glusterd/peers.ts';
import { type Volume, volumes } from '#gluster/glusterd/volumes.ts';

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
 * start of one volume begins a new daemon for that one alone, so the others are started, too: those of which all bricks
 * run, as a brick must not come back unasked. GlusterFS 10.3 can have two daemons on the node from then on, each with
 * volumes of its own.
 */
async function endHealers(ids: readonly string[]): Promise<void> {
  const { byPeer } = await peerNodes();
  for (const peer of ids) {
    const node = byPeer.get(peer);
    if (node !== undefined) await ask(node, 'end healers', { peer });
  }
  const [all, known] = [await volumes(), await peers()];
  for (const volume of all.filter(({ started, copies }) => started && copies > 1)) {
    const { online, idleHealers } = healthOf(await observe(volume, known));
    const isWhole = online === volume.bricks.length;
    if (isWhole && idleHealers.some((id) => ids.includes(id))) await change(startCommand(volume.name));
  }
}

function startCommand(name: string): readonly string[] {
  return ['volume', 'start', name, 'force'];
}
