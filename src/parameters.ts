import { quote } from './quote.ts';
import type { VerbName } from './verbs.ts';

/** One parameter of the provider, given as `--disk 0:NAME=VALUE` and passed by Ganeti as `EXTP_NAME`. */
export interface ParameterDescription {
  readonly name: string;
  readonly summary: string;
  /** The verbs that use it and refuse a bad value; the others do not look at it. */
  readonly verbs: readonly VerbName[];
  /** The values allowed, the default first. */
  readonly values?: readonly string[];
  /** Says what is wrong with a value, or nothing. */
  readonly check?: (value: string) => string | undefined;
}

export interface ParsedParameters {
  readonly values: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
}

const prefix = 'EXTP_';
const strict: readonly VerbName[] = ['create', 'verify'];

/**
 * Reads the EXTP_ variables for one verb. Ganeti does not check names, so create refuses what nobody knows; the other
 * verbs must keep working on a disk whose parameters were changed later, and ignore it.
 */
export async function parseParameters(
  verb: VerbName,
  environment: NodeJS.ProcessEnv,
  table: readonly ParameterDescription[],
): Promise<ParsedParameters> {
  const values: Record<string, string> = {};
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
    const problem = await problemOf(parameter, value);
    if (problem === undefined) values[name] = value;
    else problems.push(problem);
  }
  return { values, problems };
}

async function problemOf(parameter: ParameterDescription, value: string): Promise<string | undefined> {
  if (value === '') return `parameter ${parameter.name} is empty`;
  if (parameter.values !== undefined && !parameter.values.includes(value))
    return await unknown(`value of parameter ${parameter.name}:`, value, parameter.values);
  const problem = parameter.check?.(value);
  return problem === undefined ? undefined : `parameter ${parameter.name} ${problem}`;
}

/** A sentence that names what nobody knows and the nearest word there is. */
export async function unknown(what: string, word: string, known: readonly string[]): Promise<string> {
  const { closest } = await import('fastest-levenshtein');
  return `unknown ${what} ${quote(word)}; did you mean ${closest(word, [...known])}? (known: ${known.join(', ')})`;
}
