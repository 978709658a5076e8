import { describe, expect, test } from 'vitest';
import type { Command } from '#gluster/admin/command.ts';
import { findCommand, parse } from '#gluster/admin/options.ts';
import { failureOf } from '../../../help.ts';

const row = { summary: 'show', run: async () => ({ json: null, text: '' }) };
const first: Command = { ...row, name: 'a b', operands: ['[X]'], options: { all: 'show these' } };
const second: Command = { ...row, name: 'a c', operands: ['[X]'], options: { one: '' }, flags: { all: 'show all' } };
const third: Command = { ...row, name: 'd', operands: [], options: {}, lists: { all: 'show each' } };
const commands = [first, second, third];

async function inputOf(...args: readonly string[]) {
  const { command, rest } = await findCommand(args, commands);
  if (command === undefined) throw new Error('no command was found');
  return { command, ...(await parse(command, rest).input()) };
}

describe('an option means what its own command says', () => {
  test('a value to one, nothing to the next, several values to the third', async () => {
    expect(await inputOf('a', 'b', '--all', 'x')).toMatchObject({ operands: [], options: { all: 'x' } });
    expect(await inputOf('a', 'c', '--all', 'x')).toMatchObject({ operands: ['x'], flags: new Set(['all']) });
    expect(await inputOf('d', '--all', 'x', '--all=y')).toMatchObject({ lists: { all: ['x', 'y'] } });
  });

  test.each([
    [['a', 'b', '--all'], '--all takes one value'],
    [['a', 'b', '--all', 'x', '--all', 'y'], '--all takes one value'],
    [['a', 'c', '--all=x'], '--all takes no value'],
    [['d', '--all', 'x', '--all', ''], '--all takes a value'],
    [['a', 'b', '--all', '--json'], '--all takes one value'],
  ] as const)('%j is refused', async (args, problem) => {
    const failure = await failureOf(() => inputOf(...args));
    expect([failure.kind, failure.details.problems]).toEqual(['usage', [problem]]);
  });

  test('all that is wrong is told at once', async () => {
    const failure = await failureOf(() => inputOf('a', 'c', '--one', '--two', '-x'));
    expect(failure.details.problems).toHaveLength(2);
  });
});

test('a value may look like an option after an equals sign, and an operand after --', async () => {
  expect(await inputOf('a', 'b', '--all=--x')).toMatchObject({ options: { all: '--x' } });
  expect(await inputOf('a', 'b', '--all', '-')).toMatchObject({ options: { all: '-' } });
  expect(await inputOf('a', 'b', '--', '--x')).toMatchObject({ operands: ['--x'] });
});

test.each([
  [['--json', 'a', 'b'], ['json']],
  [['a', '--json', 'b'], ['json']],
  [['help', 'a', 'b'], ['help']],
  [
    ['-h', '--version', 'a', 'b'],
    ['help', 'version'],
  ],
  [['a', 'b', 'help'], []],
] as const)('%j calls "a b" with %j before its end', async (args, given) => {
  const called = await findCommand(args, commands);
  expect([called.command, [...called.given]]).toEqual([first, given]);
});

test('what a command is not is no command', async () => {
  for (const args of [[], ['a'], ['b', 'a'], ['a', 'bb']])
    expect((await findCommand(args, commands)).command).toBeUndefined();
});
