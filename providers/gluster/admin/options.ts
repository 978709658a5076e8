import { parseArgs } from 'node:util';
import { Failure } from '#src/errors.ts';
import { unknown } from '#src/parameters.ts';
import { type Command, type CommandInput, type Option, optionsOf } from './command.ts';
import { problemsWithList } from './listing.ts';

const program = 'gnt-gluster';

/** What may stand before the words of a command, as well as after them. */
const leading: Readonly<Record<string, 'json' | 'help' | 'version'>> = {
  '--json': 'json',
  '--help': 'help',
  '-h': 'help',
  help: 'help',
  '--version': 'version',
};

/** What the arguments up to the last word of a command say. */
export interface Called {
  /** undefined: the words name none, or there are none. */
  readonly command: Command | undefined;
  /** The words that were looked at. */
  readonly words: readonly string[];
  /** The arguments after the words of the command. */
  readonly rest: readonly string[];
  /** Of json, help and version those that were given before the command ended. */
  readonly given: ReadonlySet<string>;
}

/** Finds the command that is called. Throws a Failure of kind usage for an option that must stand after its command. */
export async function findCommand(args: readonly string[], commands: readonly Command[]): Promise<Called> {
  const given = new Set<string>();
  const words: string[] = [];
  for (const [index, argument] of args.entries()) {
    const common = leading[argument];
    if (common !== undefined) {
      given.add(common);
      continue;
    }
    if (argument.startsWith('-')) throw await misplaced(argument, commands);
    words.push(argument);
    const name = words.join(' ');
    const rest = args.slice(index + 1);
    const command = commands.find((candidate) => candidate.name === name);
    if (command !== undefined) return { command, words, rest, given };
    if (commands.some((candidate) => candidate.name.startsWith(`${name} `))) continue;
    for (const more of rest) if (leading[more] !== undefined) given.add(leading[more]);
    return { command, words: [...words, ...rest.filter((more) => !more.startsWith('-'))], rest, given };
  }
  return { command: undefined, words, rest: [], given };
}

/** What was asked of a command, checked; or that its help is wanted. */
export interface Asked {
  readonly help: boolean;
  readonly json: boolean;
  readonly version: boolean;
  /** Throws a Failure of kind usage that lists every problem. */
  readonly input: () => Promise<CommandInput>;
}

/** Parses what stands after the words of a command by the options of this command, and of no other one. */
export function parse(command: Command, rest: readonly string[]): Asked {
  const known = optionsOf(command);
  const options = Object.fromEntries(known.map((option) => [option.name, grammarOf(option)]));
  const settings = { strict: false, tokens: true, allowPositionals: true } as const;
  const { tokens } = parseArgs({ ...settings, args: [...rest], options });
  const given = tokens.flatMap((token) => (token.kind === 'option' ? [token] : []));
  const operands = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []));
  const has = (name: string): boolean => given.some((option) => option.name === name);
  return {
    help: has('help'),
    json: has('json'),
    version: has('version') && !known.some(({ name }) => name === 'version'),
    // A value that was not taken for one looks like an operand: the options come first.
    input: async () => {
      const checked = await checkOptions(command, known, given);
      return { operands: checkOperands(command, operands), ...checked };
    },
  };
}

function grammarOf({ short, value }: Option) {
  const type = value === undefined ? ('boolean' as const) : ('string' as const);
  return { type, ...(short === undefined ? {} : { short }) };
}

function checkOperands(command: Command, given: readonly string[]): readonly string[] {
  const least = command.operands.filter((name) => !name.startsWith('[')).length;
  const most = command.operands.at(-1)?.endsWith('...') === true ? Number.POSITIVE_INFINITY : command.operands.length;
  if (given.length >= least && given.length <= most) return given;
  const wanted = command.operands.length === 0 ? 'no operands' : command.operands.join(' ');
  throw new Failure('usage', `${command.name} takes ${wanted}`, { hint: `${program} ${command.name} --help` });
}

/** An option as it was given. */
interface Given {
  readonly name: string;
  /** With its dashes. */
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

async function checkOptions(
  command: Command,
  known: readonly Option[],
  given: readonly Given[],
): Promise<Omit<CommandInput, 'operands'>> {
  const problems = await problemsWith(known, given);
  const named = (wanted: (option: Option) => boolean): readonly Option[] =>
    known.filter((option) => wanted(option) && given.some(({ name }) => name === option.name));
  const valuesOf = ({ name }: Option): readonly string[] =>
    given.flatMap((option) => (option.name === name ? [option.value ?? ''] : []));
  const single = named(({ value, several }) => value !== undefined && several !== true);
  const options = Object.fromEntries(single.map((option) => [option.name, valuesOf(option)[0] ?? '']));
  const all = [...problems, ...(command.list === undefined ? [] : problemsWithList(command.list, options))];
  if (all.length > 0)
    throw new Failure('usage', `wrong options of ${command.name}`, {
      problems: all,
      hint: `${program} ${command.name} --help`,
    });
  return {
    options,
    lists: Object.fromEntries(named(({ several }) => several === true).map((one) => [one.name, valuesOf(one)])),
    flags: new Set(named(({ value }) => value === undefined).map(({ name }) => name)),
  };
}

async function problemsWith(known: readonly Option[], given: readonly Given[]): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const name of new Set(given.map((option) => option.name))) {
    const these = given.filter((option) => option.name === name);
    const option = known.find((candidate) => candidate.name === name);
    if (option === undefined) problems.push(await unknownOption(these[0]?.rawName ?? name, known));
    else if (option.value === undefined) {
      if (these.some(({ value }) => value !== undefined)) problems.push(`--${name} takes no value`);
    } else if (!these.every(hasValue) || (option.several !== true && these.length > 1))
      problems.push(option.several === true ? `--${name} takes a value` : `--${name} takes one value`);
  }
  return problems;
}

/** What looks like an option is a value only after an equals sign: else the value was forgotten. */
function hasValue({ value = '', inlineValue }: Given): boolean {
  return value !== '' && (inlineValue === true || !/^-./.test(value));
}

async function unknownOption(rawName: string, known: readonly Option[]): Promise<string> {
  const names = known.map(({ name }) => `--${name}`);
  return await unknown('option', rawName, names);
}

async function misplaced(argument: string, commands: readonly Command[]): Promise<Failure> {
  const name = argument.split('=', 1)[0] ?? argument;
  const owners = commands.filter((command) => optionsOf(command).some((option) => isCalled(option, name)));
  const known = Object.keys(leading).filter((text) => text.startsWith('--'));
  const sentence =
    owners.length > 0 ? `${name} stands before the command that it belongs to` : await unknown('option', name, known);
  return new Failure('usage', sentence, { hint: `${program} --help` });
}

function isCalled({ name, short }: Option, text: string): boolean {
  return text === `--${name}` || (short !== undefined && text === `-${short}`);
}
