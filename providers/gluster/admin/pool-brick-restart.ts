import { peerNodes } from '#gluster/agent/peer-nodes.ts';
import { healCommands } from '#gluster/change/heal-actions.ts';
import { performRestart, planRestart, type RestartPlan } from '#gluster/change/restart.ts';
import { nameOf } from '#gluster/glusterd/volumes.ts';
import { Failure } from '#src/errors.ts';
import { note } from '#src/reply.ts';
import { type Command, type CommandInput, dryRun, onlyPool, type Report } from './command.ts';
import { followed } from './follow.ts';
import { brickOf } from './pool-brick.ts';

/** gnt-gluster pool brick restart BRICK */
export const poolBrickRestart: Command = {
  name: 'pool brick restart',
  summary: 'restart a brick while guests run, and wait until all copies of its volume are complete',
  operands: ['BRICK'],
  options: onlyPool,
  flags: dryRun,
  details: [
    'BRICK is HOST:/PATH. It is for a brick that is to run another version of Gluster, or takes much',
    'memory. All else of the volume has to run, and nothing may wait to be healed. Every client has to',
    'be on all bricks, with its files open on each.',
    'Writes of guests are slower meanwhile, so that no read returns old data.',
    'Ctrl-C takes that back; then: pool brick start. Run it on the master.',
  ],
  local: true,
  run: restart,
};

async function restart(input: CommandInput): Promise<Report> {
  const { volume, brick } = await brickOf(input);
  if (!volume.started)
    throw new Failure('unavailable', `volume ${volume.name} is stopped`, {
      hint: `gluster volume start ${volume.name}`,
    });
  const nodes = await peerNodes();
  const plan = await planRestart(volume, brick, nodes);
  const lines = linesOf(plan);
  const name = nameOf(brick);
  const json = { volume: volume.name, brick: name, node: plan.node, pid: plan.pid };
  if (input.flags.has('dry-run'))
    return { json: { dryRun: true, ...json, steps: lines }, text: `${lines.join('\n')}\n` };
  for (const line of lines) note(line);
  await followed(`volume ${volume.name}`, (follow) => performRestart(plan, nodes, follow));
  const text = `brick ${name} of volume ${volume.name} was restarted, and all copies are complete\n`;
  return { json: { dryRun: false, ...json }, text };
}

/** What is done, in the order of its lines. */
function linesOf({ volume, brick, node, pid }: RestartPlan): readonly string[] {
  const { hurry, start, heal, giveBack } = healCommands(volume);
  const gluster = (command: readonly string[]): string => `  gluster ${command.join(' ')}`;
  return [
    `volume ${volume.name}: brick ${nameOf(brick)} is restarted; its guests go on with the other bricks`,
    gluster(hurry),
    `  end process ${pid} on ${node}`,
    gluster(start),
    gluster(heal),
    '  wait until all copies are complete',
    gluster(giveBack),
  ];
}
