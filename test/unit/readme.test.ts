import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { commands } from '#gluster/admin/commands.ts';
import { poolKeys } from '#gluster/configuration/keys.ts';
import { parameters } from '#gluster/configuration/parameters.ts';
import { exitStatus, exitStatusMeaning, type FailureKind } from '#src/errors.ts';

const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The rows below the heading of a section's first table; a pair of backticks around a cell is left out. */
function tableOf(section: string): readonly (readonly string[])[] {
  const [, afterHeading = ''] = text.split(`\n## ${section}\n`);
  const lines = (afterHeading.split('\n## ')[0] ?? '').split('\n');
  const start = lines.findIndex((line) => line.startsWith('|'));
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return lines.slice(start + 2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replace(/^`(.*)`$/, '$1')),
  );
}

describe('README.md agrees with the code', () => {
  test('on the parameters', () => {
    expect(tableOf('Parameters')).toEqual(parameters.map(({ name, summary }) => [name, summary]));
  });

  test('on the exit status', () => {
    const kinds = Object.entries(exitStatus) as [FailureKind, number][];
    const rows = kinds.map(([kind, status]) => [String(status), exitStatusMeaning[kind]]);
    expect(tableOf('Exit status')).toEqual([['0', 'done, or nothing left to do'], ...rows]);
  });

  test('on the keys of the configuration and their defaults', () => {
    const rows = tableOf('Configuration');
    expect(rows.map(([key]) => key)).toEqual(poolKeys.map(({ name }) => name));
    for (const [index, { name, default: value }] of poolKeys.entries()) {
      // A default that is no value of the file is told in words, and README.md may use others.
      if (/^["[]/.test(value)) expect(rows[index]?.[2], name).toBe(value);
    }
  });

  test('on the commands of gnt-gluster', () => {
    const rows = tableOf('gnt-gluster').map(([command]) => command);
    expect(rows).toEqual(commands.map(({ name, operands }) => ['gnt-gluster', name, ...operands].join(' ')));
  });
});
