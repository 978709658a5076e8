import type { Failure } from '#src/errors.ts';

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
  /** One word or two, such as `image list`. */
  readonly name: string;
  readonly summary: string;
  /** Names of the operands in order; an optional one stands in brackets. */
  readonly operands: readonly string[];
  /** Options with a value, beside --json and --help that all commands have: name to meaning. */
  readonly options: Readonly<Record<string, string>>;
  /** Options with a value that may be given several times. */
  readonly lists?: Readonly<Record<string, string>>;
  /** Options without a value. */
  readonly flags?: Readonly<Record<string, string>>;
  /** What --help tells beside the summary, lines of at most 100 characters. */
  readonly details?: readonly string[];
  /** It touches no file of a volume, so that nobody has to watch whether it hangs. */
  readonly local?: true;
  readonly run: (input: CommandInput) => Promise<Report>;
}

/** All options of a command with a value, name to meaning. */
export function valueOptions({ options, lists = {} }: Pick<Command, 'options' | 'lists'>): Command['options'] {
  return { ...options, ...lists };
}
