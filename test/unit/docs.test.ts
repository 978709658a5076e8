import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sanityCommand } from '#gluster/admin/sanity-command.ts';
import { ruleId } from '#src/sanity/rule.ts';
import { groups } from '#src/sanity/rules.ts';

const text = readFileSync(new URL('../../docs/sanity.md', import.meta.url), 'utf8');

/** The cells of the table below a heading, without backticks. */
function tableOf(heading: string): readonly (readonly string[])[] {
  const [, after = ''] = text.split(`\n## ${heading}\n`);
  const rows = (after.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

test('docs/sanity.md lists the rules as they are', () => {
  const rows = groups.flatMap((group) =>
    group.rules.map((rule) => [ruleId(group, rule), rule.level, rule.sentence.replaceAll('`', '')]),
  );
  expect(tableOf('The rules')).toEqual(rows);
});

test('docs/sanity.md lists the options there are', () => {
  const { options, lists = {}, flags = {} } = sanityCommand;
  const names = [...Object.keys({ ...options, ...lists, ...flags }), 'json'].map((name) => `--${name}`);
  expect(
    tableOf('Run it')
      .map(([option = '']) => option.split(' ', 1)[0])
      .sort(),
  ).toEqual(names.sort());
});
