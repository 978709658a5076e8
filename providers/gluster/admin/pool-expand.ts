import { planPoolGrowth } from '#gluster/change/plan-growth.ts';
import { Failure } from '#src/errors.ts';
import { type Command, type CommandInput, dryRun, type Report } from './command.ts';
import { grow, isIdle, poolNamed, whichPool } from './pool-growth.ts';

const details = ['Run it on the master.'];

/** gnt-gluster pool plan */
export const poolPlan: Command = {
  name: 'pool plan',
  summary: 'show how a pool would grow into the slots that are free',
  operands: [],
  options: whichPool,
  details,
  local: true,
  run: (input) => expand(input, true),
};

/** gnt-gluster pool expand */
export const poolExpand: Command = {
  name: 'pool expand',
  summary: 'have a pool grow into the slots that are free, as pool plan shows',
  operands: [],
  options: whichPool,
  flags: dryRun,
  details: ['It finishes what a pool join or pool init did not end.', ...details],
  local: true,
  run: (input) => expand(input, input.flags.has('dry-run')),
};

async function expand(input: CommandInput, isDry: boolean): Promise<Report> {
  const planned = () => planOf(input);
  const plan = await planned();
  return await grow(plan, planned, isDry || isIdle(plan));
}

async function planOf(input: CommandInput) {
  const name = poolNamed(input);
  const plan = await planPoolGrowth(name, []);
  if (plan.before.volumes > 0) return plan;
  throw new Failure('missing', `there is no pool ${name}, or no volume of it is complete`, {
    hint: 'make it, or type the same pool init again: gnt-gluster pool init --help',
  });
}
