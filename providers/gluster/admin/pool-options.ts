import { intentOf } from '#gluster/change/intent.ts';
import type { Pool } from '#gluster/configuration/pool.ts';
import { change, effectiveOptions, setCommand } from '#gluster/glusterd/options.ts';
import { peers } from '#gluster/glusterd/peers.ts';
import { type Volume, volumes } from '#gluster/glusterd/volumes.ts';
import { type Setting, settingsOf } from '#gluster/pool/options.ts';
import { Failure } from '#src/errors.ts';
import { unknown } from '#src/parameters.ts';
import { type Command, type CommandInput, dryRun, onlyPool, type Report } from './command.ts';
import { type List, listReport } from './listing.ts';
import { poolVolume } from './pool-volume.ts';
import { poolsOf } from './volumes.ts';

type Row = Setting & { readonly pool: string; readonly volume: string };

/** What `gnt-gluster pool options` shows. */
const optionFields: List<Row> = {
  fields: [
    { name: 'pool', key: 'pool', heading: 'Pool', meaning: 'pool of the volume' },
    { name: 'volume', key: 'volume', heading: 'Volume', meaning: 'name of the volume' },
    { name: 'option', key: 'option', heading: 'Option', meaning: 'name of the option' },
    { name: 'value', key: 'value', heading: 'Value', meaning: 'what holds now, whether it was set or not' },
    { name: 'wanted', key: 'wanted', heading: 'Wanted', meaning: 'what a volume for images has' },
    { name: 'grade', key: 'grade', heading: 'Grade', meaning: 'must or should' },
    { name: 'state', key: 'state', heading: 'State', meaning: 'ok, differs, or fixed: it must not be changed' },
    { name: 'why', key: 'why', heading: 'Why', meaning: 'reason for the wanted value' },
  ],
  usual: ['volume', 'option', 'value', 'wanted', 'grade', 'why'],
};

const actions = ['check', 'apply'];

/** gnt-gluster pool options [check|apply] */
export const poolOptions: Command = {
  name: 'pool options',
  summary: 'show which options of volumes are not as images need them, or set them',
  operands: ['[ACTION]'],
  options: onlyPool,
  flags: { all: 'check: show those that are as they should be, too', ...dryRun },
  list: optionFields,
  details: [
    'ACTION is check, which is the default, or apply.',
    'The exit status is 1 while a volume lacks an option that it must have.',
    'Running clients take options over at once.',
  ],
  local: true,
  run: checkOrApply,
};

async function checkOrApply(input: CommandInput): Promise<Report> {
  const [action = 'check'] = input.operands;
  if (!actions.includes(action))
    throw new Failure('usage', await unknown('action', action, actions), { hint: 'gnt-gluster pool options --help' });
  const rows = await look(await poolsOf(input));
  if (action === 'apply') return await apply(rows, input);
  const shown = input.flags.has('all') ? rows : rows.filter(({ state }) => state !== 'ok');
  const report = await listReport(optionFields, shown, input, 'every option is as images need it\n');
  return { ...report, bad: isBad(rows) };
}

function isBad(rows: readonly Row[]): boolean {
  return rows.some(({ grade, state }) => grade === 'must' && state !== 'ok');
}

/** The options of every volume of some pools, each volume once. Throws when one of them is not known. */
async function look(pools: readonly Pool[]): Promise<readonly Row[]> {
  const [known, members] = [await volumes(), await peers()];
  const rows: Row[] = [];
  const seen = new Set<string>();
  for (const pool of pools)
    for (const name of pool.volumes) {
      const volume = await poolVolume(pool, name, known);
      if (seen.has(volume.id)) continue;
      seen.add(volume.id);
      requireNoChange(volume);
      const settings = settingsOf(await effectiveOptions(name), { copies: volume.copies, peers: members.length });
      rows.push(...settings.map((setting) => ({ pool: pool.name, volume: name, ...setting })));
    }
  return rows;
}

/** While a brick is moved, some options are not what they will be. */
function requireNoChange(volume: Volume): void {
  if (intentOf(volume) === undefined) return;
  throw new Failure('busy', `a change of volume ${volume.name} is under way`, { hint: 'gnt-gluster pool reconcile' });
}

async function apply(rows: readonly Row[], input: CommandInput): Promise<Report> {
  const dry = input.flags.has('dry-run');
  const changes = rows.filter(({ state }) => state === 'differs');
  const lines: string[] = [];
  for (const [volume, options] of Map.groupBy(changes, (row) => row.volume)) {
    const command = setCommand(volume, options);
    lines.push(`${dry ? 'would run: ' : ''}gluster ${command.join(' ')}\n`);
    if (!dry) await change(command);
  }
  const fixed = rows
    .filter(({ state }) => state === 'fixed')
    .map(({ volume, option, value }) => `volume ${volume}: ${option} stays ${value}: make a new volume to change it\n`);
  if (!dry && changes.length > 0) await requireSet(await look(await poolsOf(input)));
  const nothing = changes.length === 0 ? ['nothing to set\n'] : [];
  return { json: { dryRun: dry, changes }, text: [...lines, ...fixed, ...nothing].join('') };
}

/** What glusterd said it did is looked at. */
async function requireSet(rows: readonly Row[]): Promise<void> {
  const left = rows.filter(({ state }) => state === 'differs');
  if (left.length === 0) return;
  throw new Failure('failed', 'some options are not as they were set', {
    problems: left.map(({ volume, option, value }) => `volume ${volume}: ${option} is ${value}`),
    hint: 'gnt-gluster pool options check',
  });
}
