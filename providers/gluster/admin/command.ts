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
}

export interface CommandInput {
  readonly operands: readonly string[];
  readonly options: Readonly<Record<string, string>>;
}

/** A command of gnt-gluster: the table of these is its parser, its help and its documentation. */
export interface Command {
  /** Such as `image list`. */
  readonly name: string;
  readonly summary: string;
  /** Names of the operands in order; an optional one stands in brackets. */
  readonly operands: readonly string[];
  /** Options with a value, beside --json and --help that all commands have: name to meaning. */
  readonly options: Readonly<Record<string, string>>;
  readonly run: (input: CommandInput) => Promise<Report>;
}
