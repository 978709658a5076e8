import { peerNodes } from '#gluster/agent/peer-nodes.ts';
import { intentOf } from '#gluster/change/intent.ts';
import { performMove } from '#gluster/change/perform.ts';
import { planReplace } from '#gluster/change/replace.ts';
import { type Volume, volumes } from '#gluster/glusterd/volumes.ts';
import { Failure } from '#src/errors.ts';
import { note } from '#src/reply.ts';
import { type Command, type CommandInput, dryRun, onlyPool, type Report } from './command.ts';
import { poolVolume } from './pool-volume.ts';
import { untilStopped } from './stop.ts';
import { poolsOf } from './volumes.ts';

/** gnt-gluster pool reconcile */
export const poolReconcile: Command = {
  name: 'pool reconcile',
  summary: 'finish what a command began and did not end, because it was stopped or its node died',
  operands: [],
  options: onlyPool,
  flags: dryRun,
  details: [
    'What is under way stands on the volume itself: any node can finish it. Run it on the master.',
    'It does nothing where nothing was begun.',
  ],
  local: true,
  run: reconcile,
};

async function reconcile(input: CommandInput): Promise<Report> {
  const lines: string[] = [];
  const done: { readonly volume: string; readonly from: string; readonly to: string }[] = [];
  for (const volume of await poolVolumes(input)) {
    const intent = intentOf(volume);
    if (intent === undefined) continue;
    if (typeof intent === 'string')
      throw new Failure('unsupported', `volume ${volume.name}: this version does not know what was begun: ${intent}`, {
        hint: 'use the version that began it',
      });
    const { from, to } = intent;
    done.push({ volume: volume.name, from, to });
    if (input.flags.has('dry-run')) {
      lines.push(`would finish: brick ${from} of volume ${volume.name} moves to ${to}\n`);
      continue;
    }
    const nodes = await peerNodes();
    const { move } = await planReplace(volume, from, to, nodes);
    await untilStopped((isStopped) =>
      performMove(move, nodes, { tell: (line) => note(`volume ${volume.name}: ${line}`), isStopped }),
    );
    lines.push(`brick ${from} of volume ${volume.name} is at ${to} now\n`);
  }
  const text = lines.length === 0 ? 'nothing was begun\n' : lines.join('');
  return { json: { dryRun: input.flags.has('dry-run'), moves: done }, text };
}

/** The volumes of the pools, each once. */
async function poolVolumes(input: CommandInput): Promise<readonly Volume[]> {
  const known = await volumes();
  const found = new Map<string, Volume>();
  for (const pool of await poolsOf(input))
    for (const name of pool.volumes) {
      const volume = await poolVolume(pool, name, known);
      found.set(volume.id, volume);
    }
  return [...found.values()];
}
