import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '#gluster/agent/ask.ts';
import { storageAddress } from '#gluster/ganeti/ssconf.ts';
import { change } from '#gluster/glusterd/options.ts';
import { memberState, peers } from '#gluster/glusterd/peers.ts';
import { lacksServer, type Member, type Newcomer } from '#gluster/pool/newcomers.ts';
import { Failure } from '#src/errors.ts';

/** Between two looks, and for all peers to know a newcomer: milliseconds. */
const turn = 500;
const patience = 60_000;

/** Looks at nodes that are to become peers, from all sides. Throws where one cannot be asked. */
export async function lookAtNewcomers(
  nodes: readonly string[],
  members: readonly Member[],
): Promise<readonly Newcomer[]> {
  const found = await Promise.all(
    nodes.map(async (node) => ({
      node,
      address: storageAddress(node) ?? node,
      facts: await ask(node, 'glusterd', {}),
      dependencies: await ask(node, 'dependencies', {}),
    })),
  );
  const hosts = [...members.map(({ host }) => host), ...found.map(({ address }) => address)];
  // Who has no glusterd cannot look for those of others.
  const asked = [...members.filter(({ id }) => id !== null), ...found.filter((one) => !lacksServer(one))];
  const views = await Promise.all(
    asked.map(async ({ node }) => ({ node, met: await ask(node, 'glusterds at', { hosts }) })),
  );
  return found.map(({ facts: { version, id, volumes, peers: known }, ...one }): Newcomer => {
    const { node, address } = one;
    const met = views.filter((view) => view.node !== node).map((view) => [view.node, view.met[address] ?? null]);
    const meets = views.find((view) => view.node === node)?.met ?? {};
    return { ...one, id, version, volumes, peers: known.length, meets, met: Object.fromEntries(met) };
  });
}

/** Which peers do not answer: a newcomer becomes a good peer only where all do. */
export async function silentPeers(): Promise<readonly string[]> {
  return (await peers())
    .filter(({ isHere, connected, state }) => !isHere && (!connected || state !== memberState))
    .map(({ hosts, state }) => `peer ${hosts[0]} does not answer, or is in state ${JSON.stringify(state)}`);
}

/** The command that makes a node a peer. */
export function probeCommand({ address }: Pick<Newcomer, 'address'>): readonly string[] {
  return ['peer', 'probe', address];
}

/** Makes a node a peer. All peers know it, and it knows all of them, when this returns. */
export async function makePeer(newcomer: Newcomer): Promise<void> {
  const { node, id } = newcomer;
  await change(probeCommand(newcomer));
  const end = performance.now() + patience;
  for (;;) {
    const reason = await strangeTo(newcomer);
    if (reason === undefined) return;
    if (performance.now() > end)
      throw new Failure('unavailable', `${node} did not become a peer: ${reason}`, {
        hint: `gluster pool list; the UUID of ${node} is ${id}`,
      });
    await sleep(turn);
  }
}

/** Why a newcomer is no peer as it should be, by what it says itself and by what this node says. */
async function strangeTo({ node, id }: Newcomer): Promise<string | undefined> {
  const here = await peers();
  if (!here.some((peer) => peer.id === id)) return 'this node does not have it in its list of peers';
  const { peers: theirs } = await ask(node, 'glusterd', {});
  const all = [...here.filter(({ isHere }) => !isHere), ...theirs];
  const stray = all.find(({ connected, state }) => !connected || state !== memberState);
  if (stray !== undefined) return `peer ${stray.hosts[0]} is in state ${stray.state}`;
  return theirs.length === here.length - 1 ? undefined : 'it does not know all peers yet';
}
