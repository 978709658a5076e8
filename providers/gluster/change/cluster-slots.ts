import { ask } from '#gluster/agent/ask.ts';
import { type Asked, askAll } from '#gluster/agent/ask-all.ts';
import { peerNodes } from '#gluster/agent/peer-nodes.ts';
import type { RemovedBrick } from '#gluster/agent/removed-bricks.ts';
import type { Slot } from '#gluster/agent/slots.ts';
import { volumes } from '#gluster/glusterd/volumes.ts';
import type { Failure } from '#src/errors.ts';

/** A slot, and what is in it. */
export interface UsedSlot extends Slot {
  readonly node: string;
  /** The name of the volume that has a brick there. */
  readonly volume: string | undefined;
}

/** The slots of all nodes of the cluster. */
export async function clusterSlots(): Promise<Found<UsedSlot>> {
  const { byPeer } = await peerNodes();
  const bricks = (await volumes()).flatMap((volume) =>
    volume.bricks.map((brick) => ({ ...brick, volume: volume.name })),
  );
  const { found, silent } = flat(await askAll((node) => ask(node, 'slots', {})));
  const slots = found.map((slot): UsedSlot => {
    const brick = bricks.find(
      ({ peer, path }) => byPeer.get(peer) === slot.node && path.startsWith(`${slot.directory}/`),
    );
    return { ...slot, volume: brick?.volume };
  });
  return { found: slots, silent };
}

/** What volumes left in the slots of all nodes. */
export async function clusterRemoved(): Promise<Found<RemovedBrick & { readonly node: string }>> {
  return flat(await askAll((node) => ask(node, 'removed bricks', {})));
}

/** What all nodes have, and why some did not say. */
interface Found<Item> {
  readonly found: readonly Item[];
  readonly silent: readonly Failure[];
}

function flat<Item extends object>({
  answers,
  silent,
}: Asked<readonly Item[]>): Found<Item & { readonly node: string }> {
  return { found: answers.flatMap(({ node, answer }) => answer.map((item) => ({ ...item, node }))), silent };
}
