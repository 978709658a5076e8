import { ask } from '#gluster/agent/ask.ts';
import type { PeerNodes } from '#gluster/agent/peer-nodes.ts';
import { orReason } from '#gluster/glusterd/observe.ts';
import { change, setCommand } from '#gluster/glusterd/options.ts';
import { nameOf } from '#gluster/glusterd/volumes.ts';
import { type BrickMove, commandsOf, standingOf, volumeOf } from './brick-move.ts';
import { takenOver } from './move.ts';
import { nodeOf } from './nodes.ts';

/** With auto, clients of two copies do nothing without the first one. Otherwise the second alone is enough. */
const quorum = 'cluster.quorum-type';

/** Which brick a client reads from, if it has what is read: a number from 0. */
const readFrom = 'cluster.read-subvolume-index';

/** Where the client is on a node with a brick, this comes before the other option. It stays off, as copies want it. */
const readLocal = 'cluster.choose-local';

/** The commands that give a volume of one copy its second one, without those of every move. */
export function secondCopyCommands({ volume: { name }, to }: Pick<BrickMove, 'volume' | 'to'>) {
  const brick = nameOf(to);
  return {
    prefer: setCommand(name, [
      { option: quorum, wanted: 'auto' },
      { option: readFrom, wanted: '0' },
      { option: readLocal, wanted: 'off' },
    ]),
    empty: ['volume', 'reset-brick', name, brick, 'start'],
    renew: ['volume', 'reset-brick', name, brick, brick, 'commit', 'force'],
    trust: [readFrom, quorum].map((option) => ['volume', 'reset', name, option]),
  };
}

/**
 * Adds the second copy of a volume. It is empty, is marked so, and the self-heal daemons are off when this returns.
 *
 * The daemons of a volume of one copy cannot be switched off before. So they copy at once, while a client may still
 * write to the first brick alone: what it writes then is old on the new brick, and nothing tells of it. That is why the
 * brick is taken out of service again, with daemons that are off, and begins anew in an empty directory. Until it is
 * complete, clients do nothing without the first brick, and read from that.
 */
export async function addSecondCopy(move: BrickMove, nodes: PeerNodes): Promise<void> {
  const { add, pause } = commandsOf(move);
  const { prefer, empty, renew } = secondCopyCommands(move);
  const place = { volume: move.volume.id, path: move.to.path };
  const node = nodeOf(move.to, nodes);
  await change(prefer);
  await change(add);
  await change(pause);
  await requireBoth(move);
  await change(empty);
  await requireBoth(move);
  // What was copied until now must not be there: only what is missing is marked, and is healed.
  const left = await ask(node, 'retire brick', place);
  await requireBoth(move);
  await change(renew);
  // Clients did nothing without the first brick: nobody needs this. What cannot be deleted goes with pool purge.
  await orReason(() => ask(node, 'delete removed', { ...place, path: left }));
}

/** Clients may do with the second copy alone from now on: it is complete, or it has left the volume. */
export async function trustSecondCopy(move: BrickMove): Promise<void> {
  const { options } = await volumeOf(move);
  for (const command of secondCopyCommands(move).trust) if (options.has(command.at(-1) ?? '')) await change(command);
}

/** Another run may have taken over, and removed the first brick: then the new one is all that there is. */
async function requireBoth(move: BrickMove): Promise<void> {
  const { claim, old, fresh, isHealingOff } = standingOf(move, await volumeOf(move));
  if (claim === 'ours' && old && fresh && isHealingOff) return;
  throw takenOver();
}
