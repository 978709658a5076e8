import { commands } from '#gluster/admin/commands.ts';
import type { KeyDescription } from '#gluster/configuration/key.ts';
import { poolKeys, topKeys } from '#gluster/configuration/keys.ts';
import { parameters } from '#gluster/configuration/parameters.ts';
import { exitStatus, exitStatusMeaning, type FailureKind } from '#src/errors.ts';

type Rows = readonly (readonly string[])[];

/** The tables of each page by the names of their markers, each with its headings first. */
const readmeTables: Readonly<Record<string, Rows>> = {
  parameters: [['parameter', 'meaning'], ...parameters.map(({ name, summary }) => [code(name), essence(summary)])],
  keys: [['key', 'meaning', 'default'], ...[...topKeys, ...poolKeys].map(keyRow)],
  commands: [
    ['command', 'what it does'],
    ...commands.map(({ name, operands, summary }) => [code(['gnt-gluster', name, ...operands].join(' ')), summary]),
  ],
};

const commandsTables: Readonly<Record<string, Rows>> = {
  'exit status': [['status', 'meaning'], ['0', 'done, or nothing left to do'], ...exitStatusRows()],
};

const tablesOf = { 'README.md': readmeTables, 'docs/commands.md': commandsTables } as const;

export type PageWithTables = keyof typeof tablesOf;

/** The pages that have such tables, as paths from the root of this repository. */
export const pagesWithTables: readonly PageWithTables[] = ['README.md', 'docs/commands.md'];

/**
 * The text of a page with its tables as their sources have them. Each stands between the comments `<!-- NAME: ... -->`
 * and `<!-- end -->`. Throws an Error where a table has no place in the text.
 */
export function withTables(page: PageWithTables, text: string): string {
  return Object.entries(tablesOf[page]).reduce((before, [name, rows]) => {
    const place = new RegExp(`(<!-- ${name}:.*?-->\\n).*?(<!-- end -->)`, 's');
    if (!place.test(before)) throw new Error(`${page} has no place for the table "${name}"`);
    return before.replace(place, (_, start: string, end: string) => `${start}${markdown(rows)}${end}`);
  }, text);
}

function keyRow({ name, meaning, default: otherwise }: KeyDescription): readonly string[] {
  return [code(name), essence(meaning), /^["[]/.test(otherwise) ? code(otherwise) : otherwise];
}

/** What stands before the first semicolon: the manual page tells the rest. */
function essence(meaning: string): string {
  return meaning.replace(/;.*$/s, '');
}

function exitStatusRows(): Rows {
  const kinds = Object.keys(exitStatus) as readonly FailureKind[];
  return kinds.map((kind) => [String(exitStatus[kind]), exitStatusMeaning[kind]]);
}

function code(text: string): string {
  return `\`${text}\``;
}

/** A table whose columns are as wide as their widest cell. */
function markdown([headings = [], ...rows]: Rows): string {
  const cells = [headings, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const [head = '', ...body] = cells.map((row) => line(row.map((cell, column) => cell.padEnd(widths[column] ?? 0))));
  return [head, line(widths.map((width) => '-'.repeat(width))), ...body, ''].join('\n');
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
