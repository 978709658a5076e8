import { type Command, commonOptions, listOptions, type Option, optionsOf } from '#gluster/admin/command.ts';
import { commands } from '#gluster/admin/commands.ts';
import type { Listed } from '#gluster/admin/listing.ts';
import { exitStatusSection } from './exit-status.ts';
import { type Entry, example, type Lines, macro, page, section, tagged } from './mdoc.ts';
import { phrase, prose } from './prose.ts';

const name = 'gnt-gluster';

/** What every command takes, and what the program takes without one. */
const common: readonly Option[] = [
  { name: 'json', meaning: 'print JSON instead of a table' },
  { name: 'help', short: 'h', meaning: 'show how to call the command' },
  { name: 'version', meaning: 'show the version' },
];

/** gnt-gluster(8): the administrator's command, from the table of its commands. */
export function commandPage(date: Date): string {
  return page(
    name,
    8,
    'show, check and tidy the GlusterFS storage of Ganeti',
    date,
    section('SYNOPSIS', commands.flatMap(synopsis), ['.Nm', '.Fl -help | Fl -version']),
    section('DESCRIPTION', description()),
    section('COMMANDS', tagged(commands.map(commandEntry))),
    section('OPTIONS', prose('Every command takes these, also before its words:'), tagged(common.map(optionEntry))),
    section('LISTS', lists()),
    exitStatusSection('a command that checks found a problem; or a fault of this program, whose stack is shown'),
    section('EXAMPLES', examples()),
    section('SEE ALSO', prose('`ganeti-extstorage-gluster(7)`, `gnt-instance(8)`, `gnt-storage(8)`')),
  );
}

function synopsis(command: Command): Lines {
  const listed = command.list === undefined ? [] : listOptions;
  const options = [...ownOptions(command), ...listed, ...common.slice(0, 1)].map(
    (option) => `.Op ${longMarkup(option)}`,
  );
  const operands = command.operands.map((operand) => `.${operandMarkup(operand)}`);
  return ['.Nm', macro('Cm', ...command.name.split(' ')), ...options, ...operands];
}

function description(): Lines {
  return [
    ...prose(
      'It shows the images, leases, mounts and configuration of the provider `ganeti-extstorage-gluster(7)` as this node ' +
        'sees them, and tidies up. Only root can run it. Commands that change something accept `--dry-run`. ' +
        '`sanity` makes disks of its own and removes them. Commands that check exit with 1 when they find a problem.',
    ),
  ];
}

function commandEntry(command: Command): Entry {
  const options = ownOptions(command).map(optionEntry);
  return {
    head: [macro('Cm', ...command.name.split(' ')), ...command.operands.map(operandMarkup)].join(' '),
    body: [
      ...phrase(command.summary),
      ...prose((command.details ?? []).join(' ')),
      ...(options.length === 0 ? [] : tagged(options)),
      ...(command.list === undefined ? [] : fields(command.list)),
    ],
  };
}

function fields({ fields: all, usual }: Listed): Lines {
  const entries = all.map(({ name: field, meaning }) => ({ head: macro('Cm', field), body: phrase(meaning) }));
  return [
    ...prose('It lists these fields:'),
    ...tagged(entries),
    ...prose(
      usual === undefined
        ? 'Without `-o` each table shows its own.'
        : `Without \`-o\` it shows \`${usual.join(',')}\`.`,
    ),
  ];
}

function lists(): Lines {
  return [
    ...prose('Commands that list fields take the options that the lists of Ganeti take, see `gnt-instance(8)`:'),
    ...tagged(listOptions.map(optionEntry)),
    ...prose(
      'With `--separator` sizes are in MiB, unless `--units` says something else. Both `--separator` and `--no-headers` leave out the sentences that a list has for people.',
    ),
    ...prose('These options change nothing of what `--json` prints.'),
    ...prose('For a script, names and sizes of all images:'),
    ...example(`${name} image list --no-headers --separator=: -o name,size`),
  ];
}

/** The options of a command that not every command has. */
function ownOptions(command: Command): readonly Option[] {
  return optionsOf(command).filter((option) => ![...commonOptions, ...listOptions].includes(option));
}

function optionEntry(option: Option): Entry {
  return { head: `.${optionMarkup(option)}`, body: phrase(option.meaning) };
}

function optionMarkup(option: Option): string {
  return option.short === undefined ? longMarkup(option) : `Fl ${option.short} , ${longMarkup(option)}`;
}

function longMarkup({ name, value }: Option): string {
  const flag = macro('Fl', `-${name}`).slice(1);
  if (value === undefined) return flag;
  return `${flag} Ar ${value === 'VALUE' ? name : value.toLowerCase()}`;
}

function examples(): Lines {
  return [
    ...prose('Show all images, where they are attached, and to which nodes they are leased:'),
    ...example(`${name} image list`),
    ...prose('Take an image away from a node that is known to be dead, if Ganeti cannot tell:'),
    ...example(`${name} lease break --node node2.example.com NAME`),
    ...prose('Find what was removed by mistake, and bring it back:'),
    ...example(`${name} trash list`, `${name} image undelete 4d2b0cde-70f6-4f0e-8b1f-0b2f8b8f3a52.ext.disk0`),
    ...prose('Tell a script which mounts of this node do not answer:'),
    ...example(`${name} mount status --json`),
    ...prose('Show what another provider does otherwise than the ExtStorage interface asks:'),
    ...example(`${name} sanity /usr/share/ganeti/extstorage/other --parameter pool=test`),
    ...prose('Try out a changed configuration before it is copied to the nodes:'),
    ...example(`${name} config check ./gluster.toml && gnt-cluster copyfile /etc/ganeti/gluster.toml`),
  ];
}

/** `NAME` is one that must be given, `[FILE]` one that may. */
function operandMarkup(operand: string): string {
  const name = operand.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return operand.startsWith('[') ? `Op Ar ${name}` : `Ar ${name}`;
}
