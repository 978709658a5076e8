import { type DeadPlan, performDead, planPoolDead, removeCommand } from '#gluster/change/dead.ts';
import type { GrowthPlan } from '#gluster/change/plan-growth.ts';
import { nameOf } from '#gluster/glusterd/volumes.ts';
import { note } from '#src/reply.ts';
import { type Command, type CommandInput, dryRun, type Report } from './command.ts';
import { followed } from './follow.ts';
import { leave, nodeIn } from './pool-evacuate.ts';
import { extent, planLines, poolNamed, stepJson, whichPool } from './pool-growth.ts';

/** gnt-gluster pool remove NODE */
export const poolRemove: Command = {
  name: 'pool remove',
  summary: 'move all bricks of a node to other nodes, and take the node out of the peers',
  operands: ['NODE'],
  options: whichPool,
  flags: { dead: 'NODE is gone for good: give its bricks up, and copy the others to free slots', ...dryRun },
  details: [
    'It does what pool evacuate does, and then detaches the node. Run it on another node of the pool.',
    'With --dead the node must be marked offline, and all other bricks of its volumes must run.',
    'A volume has a copy less until the new one is complete.',
  ],
  local: true,
  run: (input) => (input.flags.has('dead') ? bury(input) : leave(input, true)),
};

async function bury(input: CommandInput): Promise<Report> {
  const node = nodeIn(input);
  const pool = poolNamed(input);
  const plan = await planPoolDead(pool, node);
  const lines = linesOf(plan);
  if (input.flags.has('dry-run'))
    return {
      json: jsonOf(plan, plan.growth, true),
      text: `${[...lines, ...(typeof plan.growth === 'object' ? [] : fewerCopies(plan, plan.growth))].join('\n')}\n`,
    };
  for (const line of lines) note(line);
  const growth = await followed(`pool ${pool}`, (follow) => performDead(plan, follow));
  for (const line of fewerCopies(plan, growth)) note(`warning: ${line}`);
  const gone = plan.kept.length > 0 ? 'is still a peer' : 'has no brick, and is no peer';
  const then = growth === undefined ? '' : `pool ${pool} has ${extent(growth.after)} now\n`;
  return { json: jsonOf(plan, growth, false), text: `${node} ${gone}\n${then}` };
}

function linesOf({ pool, node, peer, lost, kept, growth }: DeadPlan): readonly string[] {
  return [
    `pool ${pool}: ${node} is gone for good`,
    ...lost.map((brick) => `  gluster ${removeCommand(brick).join(' ')}`),
    ...kept.map(({ volume, brick, remedy }) => `  volume ${volume.name} keeps brick ${nameOf(brick)}: ${remedy}`),
    ...(peer === undefined || kept.length > 0 ? [] : [`  gluster peer detach ${peer.hosts[0]} force`]),
    ...(typeof growth === 'string' ? [`  no copies are made yet: ${growth}`] : planLines(growth)),
  ];
}

/** Which volumes have a copy less afterwards. */
function fewerCopies({ pool, lost }: DeadPlan, growth: GrowthPlan | string | undefined): readonly string[] {
  const steps = typeof growth === 'object' ? growth.steps : [];
  const mended = new Set(steps.flatMap(({ action, volume }) => (action === 'add' ? [volume] : [])));
  const remedy =
    typeof growth === 'object'
      ? 'for lack of a slot: gnt-gluster pool join NODE:/DIRECTORY'
      : `until: gnt-gluster pool expand --pool ${pool}`;
  return lost
    .filter(({ volume }) => !mended.has(volume.name))
    .map(({ volume: { name, copies } }) => `volume ${name} keeps ${copies - 1} copies, ${remedy}`);
}

function jsonOf(plan: DeadPlan, growth: GrowthPlan | string | undefined, isDry: boolean) {
  const { pool, node, peer, lost, kept } = plan;
  return {
    dryRun: isDry,
    pool,
    node,
    lost: lost.map(({ volume, brick }) => ({ volume: volume.name, brick: nameOf(brick) })),
    kept: kept.map(({ volume, brick, remedy }) => ({ volume: volume.name, brick: nameOf(brick), remedy })),
    detached: peer !== undefined && kept.length === 0,
    steps: typeof growth === 'object' ? growth.steps.map(stepJson) : [],
  };
}
