import { configuredPatience } from '#gluster/configuration/load.ts';
import { hintOf } from '#gluster/glusterd/hints.ts';
import { Failure } from '#src/errors.ts';
import { requireRoot } from '#src/main.ts';
import { unknown } from '#src/parameters.ts';
import { version } from '#src/program.ts';
import { visible } from '#src/quote.ts';
import { print, reportFailure } from '#src/reply.ts';
import { isWorker, supervise } from '#src/supervise.ts';
import type { Command, CommandInput } from './command.ts';
import { commands } from './commands.ts';
import { helpOf, overview } from './help.ts';
import { type Called, findCommand, parse } from './options.ts';

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
  const called = await findCommand(args, commands);
  const { command, given } = called;
  if (command === undefined) return await withoutCommand(called);
  const asked = parse(command, called.rest);
  if (given.has('version') || asked.version) return printVersion();
  if (given.has('help') || asked.help) {
    print(helpOf(program, command));
    return 0;
  }
  const input = await asked.input();
  requireRoot();
  if (command.local !== true && !isWorker(program, process.env)) return await superviseCommand(args);
  return await perform(command, input, given.has('json') || asked.json);
}

async function withoutCommand({ words, given }: Called): Promise<number> {
  if (given.has('version')) return printVersion();
  const beginning = beginningIn(words);
  const group = beginning === 0 ? commands : commandsAfter(words.slice(0, beginning));
  const help = given.has('help');
  if (!help && words.length > 0) throw await noSuchCommand(words, beginning, group);
  print(overview(program, group));
  return help ? 0 : 2;
}

/** How many of the words, from the first on, a command begins with that has more words. */
function beginningIn(words: readonly string[]): number {
  return words.findLastIndex((_, index) => commandsAfter(words.slice(0, index + 1)).length > 0) + 1;
}

function commandsAfter(words: readonly string[]): readonly Command[] {
  return commands.filter(({ name }) => name.startsWith(`${words.join(' ')} `));
}

function printVersion(): number {
  print(`${program} ${version}\n`);
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

async function noSuchCommand(words: readonly string[], beginning: number, group: readonly Command[]): Promise<Failure> {
  const known = group.map(({ name }) => name);
  // What follows the first word that no command has may be an operand.
  const told = words.slice(0, Math.max(2, beginning + 1)).join(' ');
  return new Failure('usage', await unknown('command', told, known), { hint: `${program} --help` });
}
