import { describe, expect, test } from 'vitest';
import { optionsOf } from '#gluster/admin/command.ts';
import { commands } from '#gluster/admin/commands.ts';
import { helpOf, overview } from '#gluster/admin/help.ts';
import { list, table } from '#gluster/admin/table.ts';

test('the overview has a line for every command, in one column', () => {
  const lines = overview('gnt-gluster', commands).split('\n');
  const columns = commands.map(({ name, operands, summary }) => {
    const start = `  ${[name, ...operands].join(' ')}  `;
    const line = lines.find((candidate) => candidate.startsWith(start.trimEnd()) && candidate.endsWith(summary));
    return line?.indexOf(summary) ?? -1;
  });
  expect(Math.min(...columns)).toBeGreaterThan(0);
  expect(new Set(columns).size).toBe(1);
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(132);
});

test('the commands of a noun stand together, and each begins with a verb that says what it does', () => {
  const nouns = commands.map(({ name }) => name.split(' ')[0]);
  expect(nouns.filter((noun, index) => noun !== nouns[index - 1])).toEqual([...new Set(nouns)]);
  const text = overview('gnt-gluster', commands);
  expect(text.split('\n\n')).toHaveLength(new Set(nouns).size + 3);
  const verbs =
    /^(list|show|unmount|find|turn|remove|detach|bring|take|permanently delete|check|compare|move|finish|start|restart|make|add|have) /;
  for (const { summary } of commands) expect(summary).toMatch(verbs);
});

test('what a dry run does is told in one wording', () => {
  const told = commands.flatMap(({ flags = {} }) => flags['dry-run'] ?? []);
  expect(told.length).toBeGreaterThan(5);
  expect(new Set(told)).toEqual(new Set(['show what would be done, and change nothing']));
});

test('no command is the beginning of another, and none is help', () => {
  const names = commands.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(names.filter((other) => other.startsWith(`${name} `))).toEqual([]);
  for (const name of names) expect(name).toMatch(/^(?!.*\bhelp\b)[a-z]+( [a-z]+){0,2}$/);
});

describe.each(commands)('help of $name', (command) => {
  const text = helpOf('gnt-gluster', command);
  test('shows how to call it and every option', () => {
    expect(text).toContain(`usage: gnt-gluster ${[command.name, ...command.operands].join(' ')}`);
    const lines = text.split('\n');
    for (const { name, short, value, meaning } of optionsOf(command)) {
      const spelled = `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
      expect(lines.filter((line) => line.startsWith(`  ${spelled}  `) && line.endsWith(meaning))).toHaveLength(1);
    }
    for (const line of command.details ?? []) expect(line.length, line).toBeLessThanOrEqual(100);
    for (const option of ['json', 'help']) expect(text).toMatch(new RegExp(`^ {2}(-., )?--${option} +\\S`, 'm'));
  });
});

describe('table', () => {
  test('lines its columns up, without blanks at line ends, without colours in a file', async () => {
    const text = await table(
      ['Name', 'Size'],
      [
        ['a', '1 GiB'],
        ['a long one', '-'],
        ['b', ''],
      ],
    );
    expect(text).toBe('Name        Size\na           1 GiB\na long one  -\nb\n');
  });

  test('of nothing is its heading', async () => {
    expect(await table(['Name', 'Size'], [])).toBe('Name  Size\n');
  });

  test('wide letters count as wide', async () => {
    const [, first = '', second = ''] = (
      await table(
        ['N', 'S'],
        [
          ['日本', 'x'],
          ['abcd', 'x'],
        ],
      )
    ).split('\n');
    expect([first, second]).toEqual(['日本  x', 'abcd  x']);
  });
});

test.each([
  [[], ''],
  [[['A', '1']], 'A:  1\n'],
  [
    [
      ['A', '1'],
      ['Long', '2'],
    ],
    'A:     1\nLong:  2\n',
  ],
  [
    [
      ['A', '1'],
      ['Much longer', ''],
      ['B', '2'],
    ],
    'A:  1\nB:  2\n',
  ],
] as const)('list of %j', (entries, text) => {
  expect(list(entries)).toBe(text);
});
