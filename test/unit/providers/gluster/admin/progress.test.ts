import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';

/** Shows some progress, with a line in between, as a long command does. */
const program = `
  import { progressOf } from '#gluster/admin/progress.ts';
  import { note } from '#src/reply.ts';
  const progress = await progressOf('volume a');
  const all = 4 * 2 ** 30;
  for (const done of [0, 0.5, 1, 1.1]) progress.show({ done: done * 2 ** 30, all });
  progress.aside(() => note('a line'));
  for (const done of [3, 4, 0, 2]) progress.show({ done: done * 2 ** 30, all });
  progress.end();
`;
const cwd = path.resolve(import.meta.dirname, '../../../../..');
const node = [process.execPath, '--input-type=module', '--eval', program];

/** What it writes to standard error, which is a terminal or not. */
function said(command: readonly string[], environment: NodeJS.ProcessEnv = {}): string {
  const [file = '', ...args] = command;
  return execFileSync(file, args, { cwd, encoding: 'utf8', env: { ...process.env, ...environment } });
}

test('a line tells each tenth where there is no terminal', () => {
  expect(said(['sh', '-c', '"$@" 2>&1', 'sh', ...node]).split('\n')).toEqual([
    'volume a: 512 MiB of 4 GiB copied',
    'volume a: 1 GiB of 4 GiB copied',
    'a line',
    'volume a: 3 GiB of 4 GiB copied',
    'volume a: 2 GiB of 4 GiB copied',
    '',
  ]);
});

test('a terminal shows a bar, and lines above it', () => {
  const inTerminal = [
    'script',
    '--quiet',
    '--return',
    '--command',
    'exec "$NODE" --input-type=module --eval "$PROGRAM"',
  ];
  const output = said([...inTerminal, '/dev/null'], { NODE: process.execPath, PROGRAM: program, TERM: 'xterm' });
  expect(output).toMatch(/volume a: =+-+ [\d.]+ GiB of 4 GiB/);
  // The bar is taken away before.
  expect(output).toContain('\u001b[2Ka line\r\n');
  expect(output).not.toContain('copied');
});
