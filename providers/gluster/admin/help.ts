import { type Command, type Option, optionsOf } from './command.ts';
import type { Listed } from './listing.ts';

/** The list of commands, those of each noun together. */
export function overview(program: string, commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => synopsis(command).length));
  const nouns = Map.groupBy(commands, ({ name }) => name.split(' ', 1)[0]);
  const row = (command: Command): string => `  ${synopsis(command).padEnd(width)}  ${command.summary}`;
  return [
    `usage: ${program} COMMAND [--json] [--help]`,
    '',
    'Shows, checks and repairs the GlusterFS storage of Ganeti as this node sees it.',
    '',
    ...[...nouns.values()].flatMap((group) => [...group.map(row), '']),
    `${program} COMMAND --help shows more; ${program} --version shows the version.`,
    '',
  ].join('\n');
}

/** The help of one command. */
export function helpOf(program: string, command: Command): string {
  const rows = optionsOf(command).map((option) => [spelled(option), option.meaning] as const);
  return [
    `usage: ${program} ${synopsis(command)} [OPTION...]`,
    '',
    `${command.summary[0]?.toUpperCase()}${command.summary.slice(1)}.`,
    '',
    ...(command.details === undefined ? [] : [...command.details, '']),
    ...columns(rows),
    '',
    ...(command.list === undefined ? [] : fieldsText(command.list)),
  ].join('\n');
}

function fieldsText({ fields, usual }: Listed): readonly string[] {
  return [
    'fields:',
    '',
    ...columns(fields.map(({ name, meaning }) => [name, meaning] as const)),
    '',
    usual === undefined ? 'Without -o each table shows its own.' : `Without -o: ${usual.join(',')}.`,
    'What --json prints does not depend on these options.',
    '',
  ];
}

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, meaning]) => `  ${name.padEnd(width)}  ${meaning}`);
}

function spelled({ name, short, value }: Option): string {
  const long = value === undefined ? `--${name}` : `--${name} ${value}`;
  return short === undefined ? long : `-${short}, ${long}`;
}

function synopsis({ name, operands }: Command): string {
  return [name, ...operands].join(' ');
}
