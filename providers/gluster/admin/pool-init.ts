import { type Offer, planPoolGrowth } from '#gluster/change/plan-growth.ts';
import { Failure } from '#src/errors.ts';
import { type Command, type CommandInput, dryRun, type Report } from './command.ts';
import { copiesIn, dangers, fewCopies } from './copies.ts';
import { aboutSlots, grow, offersIn, poolNamed, whichPool, wipeSerials, withDependencies } from './pool-growth.ts';

/** gnt-gluster pool init SLOT... */
export const poolInit: Command = {
  name: 'pool init',
  summary: 'make a pool of slots on several nodes, with its first volumes',
  operands: ['SLOT...'],
  options: { ...whichPool, copies: 'how many nodes have each image: 3, which is the default, 2 or 1' },
  lists: wipeSerials,
  flags: { ...fewCopies, ...withDependencies, ...dryRun },
  details: [
    ...aboutSlots,
    'Name at least one for each copy, on different nodes; or see --accept-few-copies.',
    'The glusterds of the nodes become peers. Each node that joins later gives volumes a copy more.',
    'Every node of the cluster is told of the pool: disks need no configuration.',
    'Run it on the master, which gets a slot itself.',
  ],
  local: true,
  run: init,
};

async function init(input: CommandInput): Promise<Report> {
  const name = poolNamed(input);
  const copies = copiesIn(input);
  const offers = offersIn(input);
  const wish = { copies, least: leastIn(input, copies, offers) };
  const planned = () => planPoolGrowth(name, offers, { wish, withDeps: input.flags.has('with-deps') });
  const plan = await planned();
  if (plan.before.volumes > 0)
    throw new Failure('exists', `pool ${name} has ${plan.before.volumes} volumes already`, {
      hint: `gnt-gluster pool join --pool ${name} ${input.operands.join(' ')}`,
    });
  return await grow(plan, planned, input.flags.has('dry-run'));
}

/** How many copies the first volumes have at least. Throws a Failure of kind usage for what nobody accepted. */
function leastIn({ flags }: CommandInput, copies: number, offers: readonly Offer[]): number {
  const nodes = new Set(offers.map(({ node }) => node)).size;
  const least = Math.min(copies, nodes);
  if (least === 3 || (flags.has('accept-few-copies') && least > 0)) return least;
  const few =
    least < copies ? `${copies} copies need slots on ${copies} nodes, and these are on ${nodes}` : dangers[least];
  throw new Failure('usage', few ?? 'this pool would have no copies', {
    problems: least < copies ? [dangers[least] ?? ''] : [],
    hint: 'name slots on three nodes, or add --accept-few-copies',
  });
}
