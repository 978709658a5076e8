import { planPoolGrowth } from '#gluster/change/plan-growth.ts';
import { Failure } from '#src/errors.ts';
import { type Command, type CommandInput, dryRun, type Report } from './command.ts';
import { aboutSlots, grow, offersIn, poolNamed, whichPool, wipeSerials, withDependencies } from './pool-growth.ts';

/** gnt-gluster pool join SLOT... */
export const poolJoin: Command = {
  name: 'pool join',
  summary: 'add slots to a pool, on nodes that it has or on new ones, and make the most of them',
  operands: ['SLOT...'],
  options: whichPool,
  lists: wipeSerials,
  flags: { ...withDependencies, ...dryRun },
  details: [
    ...aboutSlots,
    'A new node is looked at before it becomes a peer. Then bricks move, so that new volumes find room.',
    'Guests may run. After Ctrl-C the next call goes on: pool reconcile, then pool expand.',
    'Run it on the master.',
  ],
  local: true,
  run: join,
};

async function join(input: CommandInput): Promise<Report> {
  const name = poolNamed(input);
  const offers = offersIn(input);
  const planned = () => planPoolGrowth(name, offers, { withDeps: input.flags.has('with-deps') });
  const plan = await planned();
  if (plan.before.volumes === 0)
    throw new Failure('missing', `there is no pool ${name}`, {
      hint: `gnt-gluster pool init --pool ${name} ${input.operands.join(' ')}`,
    });
  return await grow(plan, planned, input.flags.has('dry-run'));
}
