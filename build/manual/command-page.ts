import { type Command, valueOptions } from '#gluster/admin/command.ts';
import { commands } from '#gluster/admin/commands.ts';
import { exitStatusSection } from './exit-status.ts';
import { type Entry, example, type Lines, macro, page, section, tagged } from './mdoc.ts';
import { phrase, prose } from './prose.ts';

const name = 'gnt-gluster';

/** What every command takes, and what the program takes without one. */
const commonOptions: Readonly<Record<string, string>> = {
  json: 'print JSON instead of a table',
  help: 'show how to call the command',
  version: 'show the version',
};

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
    section('OPTIONS', prose('Every command takes these:'), tagged(optionEntries(commonOptions))),
    exitStatusSection('a command that checks found something wrong; or a fault of this program, with its stack'),
    section('EXAMPLES', examples()),
    section('SEE ALSO', prose('`ganeti-extstorage-gluster(7)`, `gnt-instance(8)`, `gnt-storage(8)`')),
  );
}

function synopsis(command: Command): Lines {
  const values = Object.keys(valueOptions(command)).map((option) => `.Op Fl -${option} Ar ${option}`);
  const flags = Object.keys(command.flags ?? {}).map((option) => `.Op Fl -${option}`);
  const operands = command.operands.map((operand) => `.${operandMarkup(operand)}`);
  return ['.Nm', macro('Cm', ...command.name.split(' ')), ...values, ...flags, '.Op Fl -json', ...operands];
}

function description(): Lines {
  return [
    ...prose(
      'It tells of the images, leases, mounts and configuration of the provider `ganeti-extstorage-gluster(7)` as this node ' +
        'sees them, and tidies up. Only root can run it. What changes something can be tried with `--dry-run`; ' +
        '`sanity` makes disks of its own and removes them.',
    ),
  ];
}

function commandEntry(command: Command): Entry {
  const values = optionEntries(valueOptions(command), (option) => ` Ar ${option}`);
  const options = [...values, ...optionEntries(command.flags ?? {})];
  return {
    head: [macro('Cm', ...command.name.split(' ')), ...command.operands.map(operandMarkup)].join(' '),
    body: [
      ...phrase(command.summary),
      ...prose((command.details ?? []).join(' ')),
      ...(options.length === 0 ? [] : tagged(options)),
    ],
  };
}

function optionEntries(options: Readonly<Record<string, string>>, value = (_: string) => ''): readonly Entry[] {
  return Object.entries(options).map(([option, meaning]) => ({
    head: `${macro('Fl', `-${option}`)}${value(option)}`,
    body: phrase(meaning),
  }));
}

function examples(): Lines {
  return [
    ...prose('All images, where they are attached and to which nodes they are leased:'),
    ...example(`${name} image list`),
    ...prose('Take an image away from a node that is known to be dead, if Ganeti cannot tell:'),
    ...example(`${name} lease break --node node2.example.com NAME`),
    ...prose('What was removed by mistake, and back again:'),
    ...example(`${name} trash list`, `${name} image undelete 4d2b0cde-70f6-4f0e-8b1f-0b2f8b8f3a52.ext.disk0`),
    ...prose('Which of the mounts of this node do not answer, for a script:'),
    ...example(`${name} mount status --json`),
    ...prose('What another provider does otherwise than the ExtStorage interface asks:'),
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
