import { styleText } from 'node:util';
import { visible } from '#src/quote.ts';

/**
 * A table without lines, one row an item; the headings, if there are any, are bold on a terminal only, and nothing in a
 * row acts on it.
 */
export async function table(
  headings: readonly string[] | undefined,
  rows: readonly (readonly string[])[],
): Promise<string> {
  if (headings === undefined && rows.length === 0) return '';
  const { default: Table } = await import('cli-table3');
  const edges = ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'];
  const lines = ['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'];
  const chars = { ...Object.fromEntries([...edges, ...lines].map((name) => [name, ''])), middle: '  ' };
  const style = { head: [], border: [], 'padding-left': 0, 'padding-right': 0 };
  const drawn = new Table({ head: (headings ?? []).map(bold), chars, style });
  drawn.push(...rows.map((row) => row.map(cell)));
  return `${drawn.toString().replace(/ +$/gm, '')}\n`;
}

/** The same for a script: what stands between the cells of a row is given. */
export function separated(
  headings: readonly string[] | undefined,
  rows: readonly (readonly string[])[],
  separator: string,
): string {
  const lines = [...(headings === undefined ? [] : [headings]), ...rows];
  return lines.map((line) => `${line.map(cell).join(separator)}\n`).join('');
}

/** Names and values under each other; values that are empty are left out. */
export function list(entries: readonly (readonly [string, string])[]): string {
  const shown = entries.filter(([, value]) => value !== '');
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${bold(`${name}:`.padEnd(width + 1))}  ${cell(value)}\n`).join('');
}

/** A text that may come from a volume, on one line. */
function cell(text: string): string {
  return visible(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

function bold(text: string): string {
  return styleText('bold', text, { stream: process.stdout });
}
