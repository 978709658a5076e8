import { memberState, peers } from '#gluster/glusterd/peers.ts';
import { brickKey } from '#gluster/glusterd/status.ts';
import { volumeInfo } from '#gluster/glusterd/volumes.ts';

/** What the glusterd of one node believes. */
export interface SeenVolume {
  /** The UUID of the volume; null: it knows no such volume. */
  readonly id: string | null;
  readonly copies: number;
  /** Its bricks in their order, by the UUID of the peer and the path. */
  readonly bricks: readonly string[];
  /** What is wrong with its peers, a sentence each. */
  readonly strayed: readonly string[];
}

/** What the glusterd of this node believes of a volume and of its peers. After a fault two of them can differ. */
export async function seenVolume(name: string): Promise<SeenVolume> {
  const volume = await volumeInfo(name);
  const others = (await peers()).filter(({ isHere }) => !isHere);
  const strayed = others.filter(({ connected, state }) => !connected || state !== memberState);
  return {
    id: volume?.id ?? null,
    copies: volume?.copies ?? 0,
    bricks: volume?.bricks.map(({ peer, path }) => brickKey(peer, path)) ?? [],
    strayed: strayed.map(
      ({ hosts, connected, state }) => `${hosts[0]} is in state ${state}, ${connected ? 'connected' : 'not connected'}`,
    ),
  };
}
