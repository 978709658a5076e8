import { detachPeer, type LeavePlan, performLeave, planPoolLeave } from '#gluster/change/leave.ts';
import { nodeNamed } from '#gluster/ganeti/ssconf.ts';
import { Failure } from '#src/errors.ts';
import { note } from '#src/reply.ts';
import { type Command, type CommandInput, dryRun, type Report } from './command.ts';
import { followed } from './follow.ts';
import { poolNamed, stepJson, stepLines, whichPool } from './pool-growth.ts';

/** gnt-gluster pool evacuate NODE */
export const poolEvacuate: Command = {
  name: 'pool evacuate',
  summary: 'move all bricks of a node to other nodes, and take its slots out of the pool',
  operands: ['NODE'],
  options: whichPool,
  flags: dryRun,
  details: [
    'Guests may run. No volume ever has fewer copies than before.',
    'What the bricks leave behind keeps its data, until you delete it. Run it on the master.',
  ],
  local: true,
  run: (input) => leave(input, false),
};

/** The node of the cluster that the operand names. */
export function nodeIn({ operands: [operand = ''] }: CommandInput): string {
  const node = nodeNamed(operand);
  if (node !== undefined) return node;
  throw new Failure('invalid', `the cluster has no node ${JSON.stringify(operand)}`, { hint: 'gnt-node list' });
}

/** Has a node give up all its bricks and slots, and detaches it where that is wanted. */
export async function leave(input: CommandInput, isDetached: boolean): Promise<Report> {
  const node = nodeIn(input);
  const plan = await planPoolLeave(poolNamed(input), node);
  const lines = linesOf(plan, isDetached);
  const isDry = input.flags.has('dry-run');
  const { pool, slots, steps } = plan;
  const json = {
    dryRun: isDry,
    pool: pool.name,
    node,
    slots: slots.map(({ directory }) => directory),
    steps: steps.map(stepJson),
    detached: isDetached,
  };
  if (isDry) return { json, text: `${lines.join('\n')}\n` };
  for (const line of lines) note(line);
  await followed(`pool ${pool.name}`, async (follow) => {
    await performLeave(plan, follow);
    if (isDetached) await detachPeer(node, follow);
  });
  return { json, text: `${node} has no brick of pool ${pool.name} now${isDetached ? ', and is no peer' : ''}\n` };
}

function linesOf({ pool, node, slots, steps }: LeavePlan, isDetached: boolean): readonly string[] {
  return [
    `pool ${pool.name}: ${node} leaves it`,
    ...steps.flatMap(stepLines),
    ...slots.map(({ directory }) => `  ${node}: ${directory} is no slot any more`),
    ...(isDetached ? [`  ${node}: it leaves the peers, if it has no other brick`] : []),
  ];
}
