import { ask } from '#gluster/agent/ask.ts';
import { peerNodes } from '#gluster/agent/peer-nodes.ts';
import { applyOptions } from '#gluster/change/create-volume.ts';
import { changePoolOf } from '#gluster/change/grow.ts';
import { type Intent, intentOf, noBrick } from '#gluster/change/intent.ts';
import { performMove } from '#gluster/change/perform.ts';
import { poolOf } from '#gluster/change/pool-options.ts';
import { publishGroups, publishPools } from '#gluster/change/publish.ts';
import { planReplace, wordsOf } from '#gluster/change/replace.ts';
import { groupFaults } from '#gluster/configuration/reach.ts';
import { masterNode } from '#gluster/ganeti/ssconf.ts';
import { thisNode } from '#gluster/ganeti/this-node.ts';
import type { Follow } from '#gluster/glusterd/healing.ts';
import { type Volume, volumeInfo, volumes } from '#gluster/glusterd/volumes.ts';
import { asFailure, Failure } from '#src/errors.ts';
import { type Command, type CommandInput, dryRun, onlyPool, type Report } from './command.ts';
import { followed } from './follow.ts';
import { poolVolume, poolWith } from './pool-volume.ts';
import { poolsOf } from './volumes.ts';

/** gnt-gluster pool reconcile */
export const poolReconcile: Command = {
  name: 'pool reconcile',
  summary: 'finish what a command began and did not end, because it was stopped or its node died',
  operands: ['[VOLUME]'],
  options: onlyPool,
  flags: {
    undo: 'take it back instead: the volume keeps its old bricks',
    'on-master': 'do nothing on other nodes than the master, nor while another command is at work',
    ...dryRun,
  },
  details: [
    'What is under way stands on the volume itself: any node can finish it. Run it on the master.',
    'Where nothing was begun it only tells all nodes of the pools, and of the node groups.',
    'Where systemd runs, gnt-gluster-reconcile.timer types it with --on-master every ten minutes.',
  ],
  local: true,
  run: reconcile,
};

interface Found {
  readonly volume: Volume;
  readonly intent: Intent;
}

async function reconcile(input: CommandInput): Promise<Report> {
  const problems: Failure[] = [];
  const lines: string[] = [];
  const moves: { readonly volume: string; readonly from: string; readonly to: string }[] = [];
  const undo = input.flags.has('undo');
  const isDry = input.flags.has('dry-run');
  const onMaster = input.flags.has('on-master');
  const end = await endBefore(input);
  if (end !== undefined) return { json: { dryRun: isDry, undo, moves }, ...end };
  // First: without a good list of pools nothing else is found.
  if (!isDry) problems.push(...(await publishPools()));
  problems.push(...(await groupFaults(await poolsOf(input))));
  for (const name of await volumeNames(input)) {
    try {
      const found = await begunOn(name, input);
      if (found === undefined) continue;
      const { from, to } = found.intent;
      moves.push({ volume: name, from, to });
      // Nothing is said of what somebody else has ended meanwhile.
      if (!isDry && !(await finish(found, undo))) continue;
      lines.push(sentence(name, found.intent, input));
    } catch (error) {
      const failure = asFailure(error);
      if (failure === undefined) throw error;
      if (!(onMaster && failure.kind === 'busy')) problems.push(failure);
    }
  }
  const text = lines.length + problems.length === 0 ? 'nothing was begun\n' : lines.join('');
  return { json: { dryRun: isDry, undo, moves }, text, problems };
}

/** How it ends where nothing is to be finished here; undefined where the work goes on. */
async function endBefore(input: CommandInput): Promise<Pick<Report, 'text' | 'problems'> | undefined> {
  const { flags, operands } = input;
  const onMaster = flags.has('on-master');
  const here = thisNode().name;
  if (onMaster && masterNode() !== here) return { text: `${masterNode() ?? 'no node'} is the master\n` };
  // A cluster may have the package, and no Gluster of its own.
  if ((onMaster || operands.length === 0) && (await ask(here, 'peer', {})) === null) {
    const untold = flags.has('dry-run') ? [] : await publishGroups();
    const problems = [...untold, ...(await groupFaults(await poolsOf(input)))];
    return { text: `${here} has no glusterd that ever ran\n`, problems };
  }
  // A node that does not answer may be at work on something.
  const { silent } = onMaster ? await peerNodes() : { silent: [] };
  return silent.length > 0 ? { text: '', problems: silent } : undefined;
}

function sentence(name: string, intent: Intent, { flags }: CommandInput): string {
  const { from, to } = intent;
  const undo = flags.has('undo');
  if (flags.has('dry-run')) return `would ${undo ? 'undo' : 'finish'}: volume ${name}: ${wordsOf(intent)}\n`;
  if (from === noBrick) return `volume ${name} has ${undo ? 'no' : 'a'} copy at ${to}\n`;
  return undo ? `brick ${from} of volume ${name} stays\n` : `brick ${from} of volume ${name} is at ${to} now\n`;
}

/** What is under way on a volume now; undefined when nothing is. */
async function begunOn(name: string, input: CommandInput): Promise<Found | undefined> {
  const pool = await poolWith(name, input);
  const volume = await poolVolume(pool, name, await volumes());
  const intent = intentOf(volume);
  if (typeof intent !== 'string') return intent && { volume, intent };
  throw new Failure('unsupported', `volume ${name}: this version does not know what was begun: ${intent}`, {
    hint: 'use the version that began it',
  });
}

/** Whether it was still to be done: whoever was at work on it until now may have ended it. */
async function finish({ volume, intent: { from, to } }: Found, undo: boolean): Promise<boolean> {
  let isOurs = false;
  const work = async (follow: Follow): Promise<void> => {
    const now = await volumeInfo(volume.name);
    const intent = now?.id === volume.id ? intentOf(now) : undefined;
    if (now === undefined || typeof intent !== 'object' || intent.from !== from || intent.to !== to) return;
    isOurs = true;
    const nodes = await peerNodes();
    const { move } = await planReplace(now, from, to, nodes);
    await performMove(move, nodes, follow, undo);
  };
  await followed(`volume ${volume.name}`, (follow) => changePoolOf(volume, () => work(follow)));
  if (isOurs && !undo && poolOf(volume) !== undefined) await applyOptions(volume.name);
  return isOurs;
}

async function volumeNames(input: CommandInput): Promise<readonly string[]> {
  const [only] = input.operands;
  if (only !== undefined) return [only];
  return [...new Set((await poolsOf(input)).flatMap((pool) => pool.volumes))];
}
