import { describe, expect, test } from 'vitest';
import { commands } from '#gluster/admin/commands.ts';
import { pagesWithTables, withTables } from '../../build/readme-tables.ts';
import { pageText } from './markdown.ts';

const text = pageText('README.md');

test.each(pagesWithTables)('%s has the tables that their sources make: npm run readme', (page) => {
  expect(pageText(page)).toContain('made by `npm run readme`');
  expect(pageText(page)).toBe(withTables(page, pageText(page)));
});

describe('README.md', () => {
  test('has a place for every table, or making them fails', () => {
    const other = text.replace('<!-- keys:', '<!-- other:');
    expect(() => withTables('README.md', other)).toThrow('README.md has no place for the table "keys"');
  });

  test('shows lists with the columns that they have', () => {
    const outputs = [...text.matchAll(/^node1# gnt-gluster (.*)\n(.*)$/gm)];
    expect(outputs).toHaveLength(2);
    for (const [, name, headings = ''] of outputs) {
      const { fields = [], usual = [] } = commands.find((command) => command.name === name)?.list ?? {};
      const columns = usual.map((field) => fields.find((one) => one.name === field)?.heading);
      expect(headings.split(/ {2,}/)).toEqual(columns);
    }
  });

  test('tells the totals of docs/testing.md', () => {
    const rows = [...pageText('docs/testing.md').matchAll(/^\| (.*?) +\|(.*)\|$/gm)].map(
      ([, name = '', rest = '']) => [name, rest.split('|').map((cell) => cell.trim())] as const,
    );
    const [points = '', , survived = ''] = rows.find(([name]) => name === 'all')?.[1] ?? [];
    expect(text).toContain(`${survived} of ${points} points`);
    const generated = rows.filter(([name]) => ['hostile calls', 'configurations'].includes(name));
    const sum = (column: number) => generated.reduce((total, [, cells]) => total + Number(cells[column]), 0);
    expect(generated).toHaveLength(2);
    expect(text).toContain(`${sum(1)} of ${sum(0)} hostile calls and configurations`);
    const guests = pageText('docs/testing.md').split('| under a running guest')[1]?.split('\n\n')[0] ?? '';
    const outcomes = [...guests.matchAll(/^\| .* \| (\w+) +\|$/gm)].map(([, outcome]) => outcome);
    expect(text).toContain(`${outcomes.filter((outcome) => outcome === 'yes').length} of ${outcomes.length} failures`);
  });
});
