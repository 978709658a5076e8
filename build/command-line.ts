import { parseArgs } from 'node:util';
import { errnoOf, exitStatus, Failure } from '#src/errors.ts';
import { failureLines, note, print } from '#src/reply.ts';

/** An option, as a row of the help text. */
export interface Option {
  /** What its value is called there, in capitals; a switch has none. */
  readonly value?: string;
  readonly meaning: string;
}

type Options = Readonly<Record<string, Option>>;

/** One of this repository's own command lines: of the build, the lab, the tests and the benches. */
export interface CommandLine<Known extends Options> {
  /** What failures begin with, such as `lab`. */
  readonly program: string;
  /** How it is called: `npm run lab -- COMMAND [OPTION...]`; several ways in several lines. */
  readonly usage: string;
  /** The command that prints the help text. */
  readonly help: string;
  /** All but --help, which each has. */
  readonly options: Known;
  /** Whether it takes operands: no unless told. */
  readonly operands?: boolean;
  /** What the help text tells below the options. */
  readonly about: string;
}

/** The value that each option was given last; of a switch, whether it was given. */
export type Given<Known extends Options> = {
  readonly [Name in keyof Known]: Known[Name] extends { readonly value: string } ? string | undefined : boolean;
};

/**
 * Does what the arguments of this process ask for; what `action` returns is its exit status. With `--help` it prints
 * the help text, and does nothing else. A Failure is told as the product tells it, with the exit status of its kind.
 * Throws what is no Failure: it is a fault of the program.
 */
export async function runCommandLine<Known extends Options>(
  line: CommandLine<Known>,
  action: (given: Given<Known>, operands: readonly string[]) => Promise<number> | number,
  args: readonly string[] = process.argv.slice(2),
): Promise<void> {
  if (asksForHelp(args)) return print(helpOf(line));
  try {
    const { given, operands } = readArguments(line, args);
    process.exitCode = await action(given, operands);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    process.exitCode = report(line, error);
  }
}

/** What the arguments give. Throws a Failure of kind usage for what the command line does not know. */
export function readArguments<Known extends Options>(
  { options, operands = false }: Pick<CommandLine<Known>, 'options' | 'operands'>,
  args: readonly string[],
): { readonly given: Given<Known>; readonly operands: readonly string[] } {
  const rows = Object.entries(options);
  const types = rows.map(([name, { value }]) => [name, { type: value === undefined ? 'boolean' : 'string' }] as const);
  try {
    const grammar = { options: Object.fromEntries(types), allowPositionals: operands };
    const { values, positionals } = parseArgs({ ...grammar, args: [...args] });
    const switches = rows.filter(([, { value }]) => value === undefined).map(([name]) => [name, name in values]);
    return { given: { ...values, ...Object.fromEntries(switches) } as Given<Known>, operands: positionals };
  } catch (error) {
    if (!(error instanceof Error) || errnoOf(error)?.startsWith('ERR_PARSE_ARGS_') !== true) throw error;
    // Node goes on about operands that look like options.
    throw new Failure('usage', error.message.split(/\.\s/, 1)[0] ?? error.message);
  }
}

/** The whole number that is the value of an option. Throws a Failure of kind usage unless it is from 1 to `most`. */
export function numberOf(option: string, text: string, most = 99_999): number {
  if (/^[1-9][0-9]*$/.test(text) && Number(text) <= most) return Number(text);
  throw new Failure('usage', `${option} must be a number from 1 to ${most}, not ${text}`);
}

/**
 * The values of an option that takes several with commas between; undefined when it was not given. A comma before a
 * blank is a part of a name.
 */
export function valuesIn<Text extends string | undefined>(text: Text): readonly string[] | Extract<Text, undefined>;
export function valuesIn(text: string | undefined): readonly string[] | undefined {
  return text?.split(/,(?! )/);
}

/** What stands after -- is not ours: a node of a lab is to run it. */
function asksForHelp(args: readonly string[]): boolean {
  return args.slice(0, args.includes('--') ? args.indexOf('--') : args.length).includes('--help');
}

function helpOf({ usage, options, about }: CommandLine<Options>): string {
  const rows = Object.entries<Option>({ ...options, help: { meaning: 'this text' } }).map(
    ([name, { value, meaning }]) => [value === undefined ? `--${name}` : `--${name} ${value}`, meaning] as const,
  );
  const width = Math.max(...rows.map(([head]) => head.length));
  const lines = rows.map(([head, meaning]) => `  ${head.padEnd(width)}  ${meaning}`);
  return `usage: ${usage.replaceAll('\n', '\n       ')}\n\n${lines.join('\n')}\n\n${about.trim()}\n`;
}

function report({ program, help }: CommandLine<Options>, failure: Failure): number {
  const hint = failure.kind === 'usage' ? { hint: help } : {};
  const told = new Failure(failure.kind, failure.message, { ...hint, ...failure.details });
  // The sentence of a command that failed in a lab goes on in further lines with what it said.
  note([`${program}: ${failure.message}`, ...failureLines(program, told).slice(1)].join('\n'));
  return exitStatus[failure.kind];
}
