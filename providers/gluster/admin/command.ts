import type { Failure } from '#src/errors.ts';
import { units } from '#src/units.ts';
import type { Listed } from './listing.ts';

/** One cell-to-be of a table: JSON shows it as it is, the terminal as text. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value };

/** What a command found. */
export interface Report {
  /** What --json prints. */
  readonly json: Value;
  /** What a person sees. */
  readonly text: string;
  /** Exit status 1 without being an error: a check found something wrong. */
  readonly bad?: boolean;
  /** Why this is not all there is: told on standard error, after the rest, and the exit status is 1. */
  readonly problems?: readonly Failure[];
}

export interface CommandInput {
  readonly operands: readonly string[];
  readonly options: Readonly<Record<string, string>>;
  /** The flags that were given. */
  readonly flags: ReadonlySet<string>;
  /** The values of options that may be given several times. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
}

/** A command of gnt-gluster: the table of these is its parser, its help and its documentation. */
export interface Command {
  /** Up to three words, such as `image list`. */
  readonly name: string;
  readonly summary: string;
  /** Names of the operands in order; an optional one stands in brackets. The last may end with dots: one or more. */
  readonly operands: readonly string[];
  /** Options with a value, beside --json and --help that all commands have: name to meaning. */
  readonly options: Readonly<Record<string, string>>;
  /** Options with a value that may be given several times. */
  readonly lists?: Readonly<Record<string, string>>;
  /** Options without a value. */
  readonly flags?: Readonly<Record<string, string>>;
  /** What --help tells beside the summary, lines of at most 100 characters. */
  readonly details?: readonly string[];
  /** What it lists: it then takes the options of Ganeti's own lists, gnt-instance(8). */
  readonly list?: Listed;
  /** It touches no file of a volume, so that nobody has to watch whether it hangs. */
  readonly local?: true;
  readonly run: (input: CommandInput) => Promise<Report>;
}

/** One option as the parser, the help, the manual page and the completion need to know it. */
export interface Option {
  readonly name: string;
  readonly meaning: string;
  /** The letter that means the same after one dash. */
  readonly short?: string;
  /** What stands for its value in the help; undefined: it has none. */
  readonly value?: string;
  /** It may be given several times. */
  readonly several?: true;
}

/** What every command takes. */
export const commonOptions: readonly Option[] = [
  { name: 'json', meaning: 'print JSON' },
  { name: 'help', short: 'h', meaning: 'show this' },
];

/** What every command that lists something takes, as Ganeti's do (lib/cli_opts.py). */
export const listOptions: readonly Option[] = [
  {
    name: 'output',
    short: 'o',
    value: 'FIELDS',
    meaning: 'show these fields, separated by commas; +FIELDS adds to the usual ones',
  },
  { name: 'no-headers', meaning: 'leave out headings and other words' },
  { name: 'separator', value: 'SEPARATOR', meaning: 'put this between the fields, and show sizes in MiB' },
  {
    name: 'units',
    value: 'UNIT',
    meaning: `show sizes in this unit: ${units.join(', ')} (what reads best, MiB, GiB, TiB)`,
  },
];

/** Of every command that changes something. */
export const dryRun = { 'dry-run': 'show what would be done, and change nothing' } as const;

/** Of the commands that show what several pools have. */
export const onlyPool = { pool: 'show only this pool' } as const;

/** Of the commands that are about one image. */
export const poolOfImage = { pool: 'look only in this pool (default: in all)' } as const;

/** All options of a command, in the order of its help. */
export function optionsOf({ options, lists = {}, flags = {}, list }: Omit<Command, 'run'>): readonly Option[] {
  return [
    ...Object.entries(options).map(([name, meaning]) => ({ name, meaning, value: 'VALUE' })),
    ...Object.entries(lists).map(([name, meaning]) => ({ name, meaning, value: 'VALUE', several: true as const })),
    ...Object.entries(flags).map(([name, meaning]) => ({ name, meaning })),
    ...(list === undefined ? [] : listOptions),
    ...commonOptions,
  ];
}
