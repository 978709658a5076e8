import { ask } from '#gluster/agent/ask.ts';
import { type PeerNodes, peerNodes } from '#gluster/agent/peer-nodes.ts';
import type { RemovedBrick } from '#gluster/agent/removed-bricks.ts';
import { clusterRemoved } from '#gluster/change/cluster-slots.ts';
import { doubtOf } from '#gluster/change/proof.ts';
import { parseDuration } from '#gluster/configuration/values.ts';
import { healthOf } from '#gluster/glusterd/health.ts';
import { observe, orReason } from '#gluster/glusterd/observe.ts';
import { peers } from '#gluster/glusterd/peers.ts';
import { type Volume, volumes } from '#gluster/glusterd/volumes.ts';
import { asFailure, Failure } from '#src/errors.ts';
import { type Command, type CommandInput, dryRun, type Report } from './command.ts';

/** How long a brick is kept that left its volume, unless told. */
const usualAge = '7d';

/** gnt-gluster pool purge */
export const poolPurge: Command = {
  name: 'pool purge',
  summary: 'permanently delete bricks in slots that left their volumes some time ago',
  operands: [],
  options: { older: `delete those that left so long ago, such as 12h (default: ${usualAge})` },
  flags: dryRun,
  details: [
    'A brick is kept while its volume is not ok, or while its bricks do not all have the same files.',
    'Run it on the master.',
  ],
  local: true,
  run: purge,
};

type Left = RemovedBrick & { readonly node: string };

async function purge(input: CommandInput): Promise<Report> {
  const age = parseDuration(input.options.older ?? usualAge);
  if (age === undefined)
    throw new Failure('usage', '--older takes a time such as 12h or 7d', { hint: 'gnt-gluster pool purge --help' });
  const isDry = input.flags.has('dry-run');
  const [nodes, known] = [await peerNodes(), await volumes()];
  const { found, silent } = await clusterRemoved();
  const doubts = new Map<string, Promise<string | undefined>>();
  const deleted: string[] = [];
  const problems = [...silent];
  const kept: { readonly brick: string; readonly why: string }[] = [];
  for (const left of found) {
    const brick = `${left.node}:${left.path}`;
    const doubt = doubts.get(left.volume) ?? doubtAbout(left, known, nodes);
    doubts.set(left.volume, doubt);
    const isUsed = (await volumes()).some((volume) =>
      volume.bricks.some(({ peer, path }) => nodes.byPeer.get(peer) === left.node && path.startsWith(left.path)),
    );
    const isNew = Date.now() - left.since < age;
    const why = isUsed ? 'it is a brick again' : isNew ? 'it left its volume not long ago' : await doubt;
    if (why !== undefined) {
      kept.push({ brick, why });
      continue;
    }
    try {
      if (!isDry) await ask(left.node, 'delete removed', { path: left.path, volume: left.volume });
      deleted.push(brick);
    } catch (error) {
      const failure = asFailure(error);
      if (failure === undefined) throw error;
      problems.push(failure);
    }
  }
  const lines = [
    ...deleted.map((brick) => `${isDry ? 'would delete' : 'deleted'} ${brick}\n`),
    ...kept.map(({ brick, why }) => `${brick} stays: ${why}\n`),
    ...(found.length === 0 ? ['nothing to purge\n'] : []),
  ];
  return { json: { dryRun: isDry, deleted, kept }, text: lines.join(''), problems };
}

/** Why what a volume left may still be needed: only a volume that is complete beyond doubt needs none of it. */
async function doubtAbout(
  { volume: id }: Left,
  known: readonly Volume[],
  nodes: PeerNodes,
): Promise<string | undefined> {
  const volume = known.find((one) => one.id === id);
  if (volume === undefined) return `no volume has its UUID ${id}: delete it by hand`;
  const { state } = healthOf(await observe(volume, await peers()));
  if (state !== 'ok') return `volume ${volume.name} is ${state}`;
  return await orReason(() => doubtOf(volume, nodes));
}
