import { quote } from './quote.ts';
import type { VerbName } from './verbs.ts';

/** What a text given for a parameter is, or the rule that it breaks, as in `parameter pool must ...`. */
export type Reading<Value> = { readonly value: Value } | { readonly rule: string };

/** One parameter of a provider, given as `--disk 0:NAME=VALUE` and passed by Ganeti as `EXTP_NAME`. */
export interface ParameterDescription<Name extends string = string, Value = unknown> {
  readonly name: Name;
  readonly summary: string;
  /** The verbs that use it and refuse a bad value; the others do not look at it. */
  readonly verbs: readonly VerbName[];
  /** The values allowed, the default first, where they can be counted. */
  readonly values?: readonly string[];
  readonly read: (text: string) => Reading<Value>;
}

type Described = Pick<ParameterDescription, 'summary' | 'verbs'>;

/** A parameter that is a text, which a test accepts. */
export function textParameter<const Name extends string>(
  name: Name,
  isGood: (text: string) => boolean,
  rule: string,
  described: Described,
): ParameterDescription<Name, string> {
  return { name, ...described, read: (text) => (isGood(text) ? { value: text } : { rule }) };
}

/** A parameter that is one of a few words. */
export function choiceParameter<const Name extends string, const Choice extends string>(
  name: Name,
  values: readonly Choice[],
  described: Described,
): ParameterDescription<Name, Choice> {
  const read = (text: string): Reading<Choice> => {
    const value = values.find((known) => known === text);
    return value === undefined ? { rule: `must be one of ${values.join(', ')}` } : { value };
  };
  return { name, ...described, values, read };
}

type Table = readonly ParameterDescription[];
type ValueOf<Row> = Row extends ParameterDescription<string, infer Value> ? Value : never;

/** What a table of parameters becomes: a value of each that was given. */
export type ValuesOf<Rows extends Table> = { readonly [Row in Rows[number] as Row['name']]?: ValueOf<Row> };

export interface ParsedParameters<Values> {
  readonly values: Values;
  readonly problems: readonly string[];
}

const prefix = 'EXTP_';
const strict: readonly VerbName[] = ['create', 'verify'];

/**
 * Reads the EXTP_ variables for one verb. Ganeti does not check names, so create refuses what nobody knows; the other
 * verbs must keep working on a disk whose parameters were changed later, and ignore it.
 */
export async function parseParameters<const Rows extends Table>(
  verb: VerbName,
  environment: NodeJS.ProcessEnv,
  table: Rows,
): Promise<ParsedParameters<ValuesOf<Rows>>> {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith(prefix) || value === undefined) continue;
    const name = variable.slice(prefix.length).toLowerCase();
    const parameter = table.find((candidate) => candidate.name === name);
    if (parameter === undefined) {
      if (strict.includes(verb))
        problems.push(
          await unknown(
            'parameter',
            name,
            table.map((known) => known.name),
          ),
        );
      continue;
    }
    if (!parameter.verbs.includes(verb)) continue;
    const reading = parameter.read(value);
    if ('value' in reading) values[name] = reading.value;
    else problems.push(await problemOf(parameter, value, reading.rule));
  }
  // The table says what each of them is.
  return { values: values as ValuesOf<Rows>, problems };
}

async function problemOf({ name, values }: ParameterDescription, text: string, rule: string): Promise<string> {
  if (text === '') return `parameter ${name} is empty`;
  if (values !== undefined) return await unknown(`value of parameter ${name}:`, text, values);
  return `parameter ${name} ${rule}`;
}

/** A sentence that names what nobody knows and the nearest word there is. */
export async function unknown(what: string, word: string, known: readonly string[]): Promise<string> {
  const { closest } = await import('fastest-levenshtein');
  return `unknown ${what} ${quote(word)}; did you mean ${closest(word, [...known])}? (known: ${known.join(', ')})`;
}
