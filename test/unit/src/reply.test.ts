import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Failure, type FailureDetails } from '#src/errors.ts';
import { failureLines } from '#src/reply.ts';
import { startModule } from '../help.ts';

const command = { argv: ['losetup', '--find'], outcome: 'exit status 1', output: 'first\n\nsecond\n' };

test('a failure is the sentence, the problems, the command with what it said, and last the hint', () => {
  const failure = new Failure('failed', 'it broke', { problems: ['one', 'two'], command, hint: 'try again' });
  expect(failureLines('attach', failure)).toEqual([
    'attach: it broke',
    '  - one',
    '  - two',
    'command: losetup --find (exit status 1)',
    '  first',
    '  second',
    'hint: try again',
  ]);
});

test('of long output the end is shown', () => {
  const output = Array.from({ length: 100 }, (_, index) => `line ${index}\n`).join('');
  const lines = failureLines('grow', new Failure('failed', 'x', { command: { ...command, output }, hint: 'h' }));
  expect(lines).toHaveLength(16);
  expect(lines.slice(-2)).toEqual(['  line 99', 'hint: h']);
});

test('of many problems it says how many more there are', () => {
  const problems = Array.from({ length: 100 }, (_, index) => `problem ${index}`);
  const lines = failureLines('verify', new Failure('invalid', 'x', { problems, hint: 'h' }));
  expect(lines).toHaveLength(16);
  expect(lines.at(-1)).toBe('hint: h');
  const shown = lines.filter((line) => line.startsWith('  - problem')).length;
  expect(lines.at(-2)).toBe(`  - and ${100 - shown} more`);
});

const someText = fc.oneof(
  fc.string(),
  fc.array(fc.string(), { maxLength: 30 }).map((lines) => lines.join('\n')),
);
const anyDetails: fc.Arbitrary<FailureDetails> = fc.record(
  {
    problems: fc.oneof(
      fc.array(fc.string(), { maxLength: 5 }),
      fc.array(fc.string(), { minLength: 11, maxLength: 40 }),
    ),
    command: fc.record({ argv: fc.array(fc.string(), { maxLength: 9 }), outcome: fc.string(), output: someText }),
    hint: fc.string(),
  },
  { requiredKeys: [] },
);

function check(sentence: string, details: FailureDetails): void {
  const text = failureLines('create', new Failure('failed', sentence, details)).join('\n');
  const lines = text.split('\n');
  expect(lines.length).toBeLessThanOrEqual(16);
  expect(lines[0]?.startsWith('create: ')).toBe(true);
  if (details.hint !== undefined) expect(lines.at(-1)).toBe(`hint: ${details.hint}`);
}

test('whatever failed, at most 16 lines with the hint as the last', () => {
  fc.assert(fc.property(fc.string(), anyDetails, check));
});

test('a sentence, a problem or an argument of several lines changes nothing of that', () => {
  const lines = fc.array(fc.string(), { minLength: 2, maxLength: 20 }).map((parts) => parts.join('\n'));
  const details = fc.record({ problems: fc.array(lines, { maxLength: 9 }), hint: fc.constant('try again') });
  fc.assert(fc.property(lines, details, check));
  check('x', { command: { ...command, argv: ['sh', '-c', '\n'.repeat(30)] }, hint: 'h' });
});

test.each([
  ["new Failure('busy', 'in use', { hint: 'wait' })", 6, /^open: in use\nhint: wait\n$/],
  ["Object.assign(new Error('ENOSPC: write'), { code: 'ENOSPC' })", 8, /^open: no space left.*\nhint: make room.*\n$/],
  ["new TypeError('x is not a function')", 1, /^open: internal error: TypeError: x is not a function\n {4}at /],
  ["'only a text'", 1, /^open: internal error: only a text\n$/],
  ["new Error('long\\n'.repeat(50))", 1, /^(.*\n){16}$/],
])('%s: exit status %i', async (expression, status, said) => {
  const ended = await startModule(`
    import { Failure } from './src/errors.ts';
    import { reportFailure } from './src/reply.ts';
    process.exit(reportFailure('open', ${expression}));
  `).ended;
  expect(ended).toEqual({ exitCode: status, signal: null, stdout: '', stderr: expect.stringMatching(said) });
});

test('a long text is written completely and as it is', async () => {
  const { ended } = startModule(`
    import { print } from './src/reply.ts';
    print('é'.repeat(1 << 20));
    process.exit(0);
  `);
  expect((await ended).stdout === 'é'.repeat(1 << 20)).toBe(true);
});

/** A reader that is slow keeps the writer waiting, which gets another error when that reader goes. */
test.each([0, 300])('where nobody reads any more it ends quietly, as by SIGPIPE, after %i ms', async (pause) => {
  const { child, ended } = startModule(`
    import { print, reportFailure } from './src/reply.ts';
    try {
      for (;;) print('line\\n');
    } catch (error) {
      process.exit(reportFailure('gnt-gluster', error));
    }
  `);
  child.stdout?.once('data', () => {
    child.stdout?.pause();
    setTimeout(() => child.stdout?.destroy(), pause);
  });
  expect(await ended).toMatchObject({ exitCode: 141, stderr: '' });
});

test('what a failure quotes of a volume does nothing to a terminal', async () => {
  const { ended } = startModule(`
    import { Failure } from './src/errors.ts';
    import { reportFailure } from './src/reply.ts';
    reportFailure('open', new Failure('busy', 'in use by \\u001b[2J', { problems: ['\\u009b31m'], hint: 'wait \\u007f' }));
    process.exit(0);
  `);
  expect((await ended).stderr).toBe('open: in use by \\u001b[2J\n  - \\u009b31m\nhint: wait \\u007f\n');
});

test.each([
  ['', false],
  ['1', true],
])('with GANETI_EXTSTORAGE_DEBUG=%j a failure shows where it came from: %s', async (debug, shown) => {
  const script = `
    import { readFileSync } from 'node:fs';
    import { asFailure } from './src/errors.ts';
    import { reportFailure } from './src/reply.ts';
    process.env.GANETI_EXTSTORAGE_DEBUG = '${debug}';
    try { readFileSync('/'); } catch (error) { reportFailure('open', asFailure(error)); }
  `;
  const { stderr } = await startModule(script).ended;
  expect(stderr).toContain('there is a directory where a file should be');
  expect(/debug: .*EISDIR.* at .*readFileSync/s.test(stderr)).toBe(shown);
});
