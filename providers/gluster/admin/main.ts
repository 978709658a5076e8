import type { Options } from 'yargs-parser';
import { configuredPatience } from '#gluster/configuration/load.ts';
import { hintOf } from '#gluster/glusterd/hints.ts';
import { Failure } from '#src/errors.ts';
import { requireRoot } from '#src/main.ts';
import { unknown } from '#src/parameters.ts';
import { visible } from '#src/quote.ts';
import { print, reportFailure } from '#src/reply.ts';
import { isWorker, supervise } from '#src/supervise.ts';
import packageFile from '../../../package.json' with { type: 'json' };
import { type Command, type CommandInput, valueOptions } from './command.ts';
import { commands } from './commands.ts';
import { helpOf, overview } from './help.ts';

const program = 'gnt-gluster';

/** Runs one command of the administrator and ends the process. */
export async function runCommand(args: readonly string[]): Promise<never> {
  process.exit(await statusOf(args));
}

async function statusOf(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(args);
  } catch (error) {
    return reportFailure(program, error, hintOf);
  }
}

async function dispatch(args: readonly string[]): Promise<number> {
  const parsed = await parse(args);
  const words = parsed.words.filter((word) => word !== 'help');
  const help = parsed.help || words.length < parsed.words.length;
  const command = commands.find((candidate) => words.slice(0, lengthOf(candidate)).join(' ') === candidate.name);
  if (parsed.version) print(`${program} ${packageFile.version}\n`);
  else if (command === undefined) {
    const group = commands.filter(({ name }) => name.startsWith(`${words[0]} `));
    if (!help && words.length > 0) throw await noSuchCommand(words, group);
    print(overview(program, group.length === 0 ? commands : group));
    return help ? 0 : 2;
  } else if (help) print(helpOf(program, command));
  else {
    const operands = checkOperands(command, words.slice(lengthOf(command)));
    const input = { operands, ...(await checkOptions(command, parsed.options)) };
    requireRoot();
    if (command.local !== true && !isWorker(program, process.env)) return await superviseCommand(args);
    return await perform(command, input, parsed.json);
  }
  return 0;
}

/** Has a process of its own do what can hang. What it prints is as bold as if it had the terminal. */
async function superviseCommand(args: readonly string[]): Promise<number> {
  const isBold = process.stdout.isTTY && process.stdout.hasColors();
  const environment = isBold ? { FORCE_COLOR: '1', ...process.env } : process.env;
  return await supervise({ program, args, environment, patience: () => configuredPatience() });
}

async function perform(command: Command, input: CommandInput, json: boolean): Promise<number> {
  const report = await command.run(input);
  const { text, problems = [], bad = false } = report;
  print(json ? `${visible(JSON.stringify(report.json, undefined, 2))}\n` : text);
  for (const problem of problems) reportFailure(program, problem, hintOf);
  return bad || problems.length > 0 ? 1 : 0;
}

interface Arguments {
  readonly words: readonly string[];
  readonly help: boolean;
  readonly json: boolean;
  readonly version: boolean;
  readonly options: Readonly<Record<string, unknown>>;
}

async function parse(args: readonly string[]): Promise<Arguments> {
  const { default: yargsParser } = await import('yargs-parser');
  const values = [...new Set(commands.flatMap((command) => Object.keys(valueOptions(command))))];
  const flags = [...new Set(commands.flatMap((command) => Object.keys(command.flags ?? {})))];
  const settings: Options = {
    string: ['_', ...values],
    boolean: ['help', 'json', 'version', ...flags],
    alias: { help: ['h'] },
    configuration: {
      'camel-case-expansion': false,
      'strip-aliased': true,
      'dot-notation': false,
      'boolean-negation': false,
    },
  };
  const { _: words, help, json, version, ...options } = yargsParser([...args], settings);
  return { words: words.map(String), help: help === true, json: json === true, version: version === true, options };
}

function checkOperands(command: Command, given: readonly string[]): readonly string[] {
  const least = command.operands.filter((name) => !name.startsWith('[')).length;
  if (given.length >= least && given.length <= command.operands.length) return given;
  const wanted = command.operands.length === 0 ? 'no operands' : command.operands.join(' ');
  throw new Failure('usage', `${command.name} takes ${wanted}`, { hint: `${program} ${command.name} --help` });
}

async function checkOptions(command: Command, given: Arguments['options']): Promise<Omit<CommandInput, 'operands'>> {
  const { lists: listNames = {}, flags: flagNames = {} } = command;
  const problems: string[] = [];
  const options: Record<string, string> = {};
  const lists: Record<string, readonly string[]> = {};
  const flags = new Set<string>();
  for (const [name, value] of Object.entries(given)) {
    if (Object.hasOwn(flagNames, name)) {
      if (typeof value !== 'boolean') problems.push(`--${name} is to be given once`);
      else if (value) flags.add(name);
    } else if (Object.hasOwn(listNames, name)) {
      const values = texts(value);
      if (values === undefined) problems.push(`--${name} takes a value`);
      else lists[name] = values;
    } else if (!Object.hasOwn(command.options, name)) problems.push(await unknownOption(command, name));
    else if (typeof value !== 'string' || value === '') problems.push(`--${name} takes one value`);
    else options[name] = value;
  }
  if (problems.length === 0) return { options, lists, flags };
  throw new Failure('usage', `wrong options of ${command.name}`, {
    problems,
    hint: `${program} ${command.name} --help`,
  });
}

async function unknownOption(command: Command, name: string): Promise<string> {
  const known = ['json', 'help', ...Object.keys(valueOptions(command)), ...Object.keys(command.flags ?? {})];
  return await unknown(
    'option',
    `--${name}`,
    known.map((option) => `--${option}`),
  );
}

/** The values of an option that was given once or several times; undefined when one of them is empty. */
function texts(value: unknown): readonly string[] | undefined {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const found = values.filter((text) => typeof text === 'string' && text !== '');
  return found.length === values.length ? found.map(String) : undefined;
}

function lengthOf({ name }: Command): number {
  return name.split(' ').length;
}

async function noSuchCommand(words: readonly string[], group: readonly Command[]): Promise<Failure> {
  const known = (group.length === 0 ? commands : group).map(({ name }) => name);
  return new Failure('usage', await unknown('command', words.slice(0, 2).join(' '), known), {
    hint: `${program} --help`,
  });
}
