import { orReason } from '#gluster/glusterd/observe.ts';
import { type Peer, peers, peersOf } from '#gluster/glusterd/peers.ts';
import { volumes } from '#gluster/glusterd/volumes.ts';
import { run } from '#src/exec.ts';

/** What a node says of its glusterd. */
export interface GlusterdFacts {
  /** Of GlusterFS, such as 10.3; `unknown` where it is not installed. */
  readonly version: string;
  /** Its UUID; null: it does not run. */
  readonly id: string | null;
  /** Its other peers. */
  readonly peers: readonly Peer[];
  readonly volumes: readonly string[];
}

/** What is known of the glusterd of this node. */
export async function glusterdHere(): Promise<GlusterdFacts> {
  const printed = await orReason(async () => (await run(['gluster', '--version'])).stdout);
  const version = /^glusterfs (\S+)/m.exec(printed)?.[1] ?? 'unknown';
  const found = await orReason(peers);
  if (typeof found === 'string') return { version, id: null, peers: [], volumes: [] };
  const own = found.find(({ isHere }) => isHere);
  return {
    version,
    id: own?.id ?? null,
    peers: found.filter(({ isHere }) => !isHere),
    volumes: (await volumes()).map(({ name }) => name),
  };
}

/** Whose glusterds this node meets at some hosts: their UUIDs by the hosts; null: none answers. */
export async function glusterdsAt(hosts: readonly string[]): Promise<Readonly<Record<string, string | null>>> {
  const met = hosts.map(async (host) => {
    const found = await orReason(() => peersOf(host));
    const own = typeof found === 'string' ? undefined : found.find(({ isHere }) => isHere);
    return [host, own?.id ?? null] as const;
  });
  return Object.fromEntries(await Promise.all(met));
}
