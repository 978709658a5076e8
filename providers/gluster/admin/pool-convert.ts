import { planPoolGrowth } from '#gluster/change/plan-growth.ts';
import { poolOf, wantedCopies } from '#gluster/change/pool-options.ts';
import { volumes } from '#gluster/glusterd/volumes.ts';
import { Failure } from '#src/errors.ts';
import { type Command, type CommandInput, dryRun, type Report } from './command.ts';
import { copiesIn, dangers, fewCopies } from './copies.ts';
import { grow, isIdle, poolNamed, whichPool } from './pool-growth.ts';

/** gnt-gluster pool convert */
export const poolConvert: Command = {
  name: 'pool convert',
  summary: 'have each volume of a pool get more copies than it was made for',
  operands: [],
  options: { ...whichPool, copies: 'how many nodes are to have each image: 3, which is the default, or 2' },
  flags: { ...fewCopies, ...dryRun },
  details: [
    'Each volume gets its copies one by one, in free slots, while guests run.',
    'A volume for which there is no slot waits for pool join, which then fills it first.',
    'Run it on the master.',
  ],
  local: true,
  run: convert,
};

async function convert(input: CommandInput): Promise<Report> {
  const name = poolNamed(input);
  const copies = copiesIn(input);
  const now = wantedCopies((await volumes()).filter((volume) => poolOf(volume) === name));
  if (now === undefined)
    throw new Failure('missing', `there is no pool ${name}`, { hint: 'make it: gnt-gluster pool init --help' });
  if (copies < now)
    throw new Failure('unsupported', `pool ${name} has ${now} copies, and no volume loses one`, {
      hint: `make another pool: gnt-gluster pool init --pool NAME --copies ${copies} SLOT...`,
    });
  if (copies < 3 && !input.flags.has('accept-few-copies'))
    throw new Failure('usage', dangers[copies] ?? '', { hint: 'take 3 copies, or add --accept-few-copies' });
  const planned = () => planPoolGrowth(name, [], { copies });
  const plan = await planned();
  return await grow(plan, planned, input.flags.has('dry-run') || isIdle(plan));
}
