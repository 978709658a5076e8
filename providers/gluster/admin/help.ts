import { type Command, valueOptions } from './command.ts';

/** The list of commands. */
export function overview(program: string, commands: readonly Command[]): string {
  const rows = commands.map((command) => [synopsis(command), command.summary] as const);
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    `usage: ${program} COMMAND [--json] [--help]`,
    '',
    'Shows, checks and repairs the GlusterFS storage of Ganeti as this node sees it.',
    '',
    ...rows.map(([name, summary]) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    `${program} COMMAND --help tells more; ${program} --version tells the version.`,
    '',
  ].join('\n');
}

/** The help of one command. */
export function helpOf(program: string, command: Command): string {
  const flags = { ...command.flags, json: 'print JSON', help: 'show this' };
  const names = [
    ...Object.entries(valueOptions(command)).map(([name, meaning]) => [`--${name} VALUE`, meaning] as const),
    ...Object.entries(flags).map(([name, meaning]) => [`--${name}`, meaning] as const),
  ];
  const width = Math.max(...names.map(([name]) => name.length));
  return [
    `usage: ${program} ${synopsis(command)} [OPTION...]`,
    '',
    `${command.summary[0]?.toUpperCase()}${command.summary.slice(1)}.`,
    '',
    ...(command.details === undefined ? [] : [...command.details, '']),
    ...names.map(([name, meaning]) => `  ${name.padEnd(width)}  ${meaning}`),
    '',
  ].join('\n');
}

function synopsis({ name, operands }: Command): string {
  return [name, ...operands].join(' ');
}
