import { expect, test } from 'vitest';
import { numberOf, readArguments, valuesIn } from '../../build/command-line.ts';
import { failureOf, startModule } from './help.ts';

const line = { operands: true, options: { nodes: { value: 'N', meaning: '' }, json: { meaning: '' } } } as const;

test('options are given in any order, and what stands after -- are operands', () => {
  expect(readArguments(line, ['exec', '--nodes', '3', 'node1', '--', 'ls', '--json'])).toEqual({
    given: { nodes: '3', json: false },
    operands: ['exec', 'node1', 'ls', '--json'],
  });
  expect(readArguments(line, ['--json', '--nodes=2', '--nodes=3']).given).toEqual({ nodes: '3', json: true });
});

test.each([
  [['--node', '3'], /^Unknown option '--node'$/],
  [['--nodes'], /^Option '--nodes <value>' argument missing$/],
  [['--nodes', '--json'], /^Option '--nodes' argument is ambiguous$/],
  [['--json=yes'], /^Option '--json' does not take an argument$/],
])('%j is refused', async (args, sentence) => {
  expect(await failureOf(() => readArguments(line, args))).toMatchObject({
    kind: 'usage',
    message: expect.stringMatching(sentence),
  });
});

test('without operands one is refused', async () => {
  const { kind, message } = await failureOf(() => readArguments({ options: line.options }, ['up']));
  expect([kind, message]).toEqual(['usage', "Unexpected argument 'up'"]);
});

test('a number is whole and in its range', async () => {
  expect([numberOf('--calls', '1'), numberOf('--calls', '99999')]).toEqual([1, 99_999]);
  for (const text of ['0', '-1', '1.5', '1e3', '', ' 1', '100000'])
    expect(await failureOf(() => numberOf('--calls', text)), text).toMatchObject({ kind: 'usage' });
});

const program = `
  import { runCommandLine } from './build/command-line.ts';
  import { Failure } from './src/errors.ts';
  const options = { json: { meaning: 'as JSON' }, nodes: { value: 'N', meaning: 'how many' } };
  const line = { program: 'x', usage: 'npm run x\\nnpm test', help: 'npm run x -- --help', options, about: 'More.' };
  await runCommandLine(line, ({ nodes }) => {
    if (nodes === '7') return 7;
    if (nodes === '8') throw new Failure('busy', 'wait\\n  said', { hint: 'later' });
    throw new Error('a fault');
  });`;
const help = `usage: npm run x
       npm test

  --json     as JSON
  --nodes N  how many
  --help     this text

More.
`;

test.each([
  [['--bogus', '--help'], { exitCode: 0, stdout: help, stderr: '' }],
  [['--bogus'], { exitCode: 2, stdout: '', stderr: "x: Unknown option '--bogus'\nhint: npm run x -- --help\n" }],
  [['--nodes', '7'], { exitCode: 7, stdout: '', stderr: '' }],
  [['--nodes', '8'], { exitCode: 6, stdout: '', stderr: 'x: wait\n  said\nhint: later\n' }],
  [[], { exitCode: 1, stdout: '', stderr: expect.stringMatching(/Error: a fault\n +at /) }],
])('a command line with %j', async (args, ended) => {
  expect(await startModule(program, '--', 'the script', ...args).ended).toMatchObject(ended);
});

test('a name with a comma and a blank in it is one value of several', () => {
  expect(valuesIn('create, falloc,attach')).toEqual(['create, falloc', 'attach']);
});
