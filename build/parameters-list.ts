/** What parameters.list needs to know about a parameter. */
interface Described {
  readonly name: string;
  readonly summary: string;
}

/**
 * The text of parameters.list. `gnt-storage info` fails on a line without both a name and a description and on an
 * empty line, so such a table is refused here.
 */
export function parametersList(parameters: readonly Described[]): string {
  return parameters
    .map(({ name, summary }) => `${checked(name, /^[a-z_]+$/)} ${checked(summary, /^\S.*$/)}\n`)
    .join('');
}

function checked(text: string, pattern: RegExp): string {
  if (!pattern.test(text)) {
    throw new Error(`parameters.list cannot hold ${JSON.stringify(text)}`);
  }
  return text;
}
