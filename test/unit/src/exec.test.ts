import { closeSync, existsSync, openSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { commandFailed, mustRun, run } from '#src/exec.ts';
import { failureOf, scratchDirectory } from '../help.ts';

const sh = (script: string) => ['sh', '-c', script];

describe('run tells how a command ended', () => {
  test.each([
    ['true', { exitCode: 0, signal: undefined, stdout: '', stderr: '' }],
    ['printf out; printf err >&2', { exitCode: 0, stdout: 'out', stderr: 'err' }],
    ['echo some; exit 7', { exitCode: 7, signal: undefined, stdout: expect.stringMatching(/^some\n?$/) }],
    ['kill -TERM $$', { exitCode: undefined, signal: 'SIGTERM' }],
    ['kill -KILL $$', { exitCode: undefined, signal: 'SIGKILL' }],
    ['exit 127', { exitCode: 127, signal: undefined }],
  ])('%s', async (script, expected) => {
    const result = await run(sh(script));
    expect(result).toMatchObject({ argv: sh(script), timedOut: false, ...expected });
  });

  test('arguments arrive as they are', async () => {
    const odd = ['a b', '', '*', '$HOME', '"', "'", '\\', '\n', 'ü', '-x'];
    const { stdout } = await run(['printf', '[%s]', ...odd]);
    expect(stdout).toBe(odd.map((argument) => `[${argument}]`).join(''));
  });

  test('output beyond what is kept is not taken for success', async () => {
    const result = await run(sh('yes | head --bytes=17M'));
    expect(result.exitCode).not.toBe(0);
  });
});

test('a command gets the fixed environment, the root directory, and nothing to read', async () => {
  const { stdout } = await run(['env']);
  expect(stdout.trim().split('\n').sort()).toEqual([
    'HOME=/root',
    'LC_ALL=C',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  ]);
  expect((await run(['readlink', '/proc/self/cwd'])).stdout.trim()).toBe('/');
  expect((await run(['wc', '-c'])).stdout.trim()).toBe('0');
});

test('a descriptor of ours is the descriptor 3 of the command; it gets no other', async () => {
  const file = `${scratchDirectory()}/file`;
  writeFileSync(file, 'through 3');
  const descriptor = openSync(file, 'r');
  const other = openSync(file, 'r');
  try {
    expect((await run(sh('cat <&3'), { descriptor })).stdout).toBe('through 3');
    expect((await run(['readlink', `/proc/self/fd/${other}`], { descriptor })).stdout).not.toBe(file);
    expect((await run(sh('cat <&3'))).exitCode).not.toBe(0);
  } finally {
    closeSync(descriptor);
    closeSync(other);
  }
});

test('with an output file the command has no pipe of ours, and the file is gone afterwards', async () => {
  const outputFile = `${scratchDirectory()}/out`;
  const script = `test -f /proc/self/fd/1 && stat --dereference --format=%a /proc/self/fd/1; echo problem >&2`;
  const { exitCode, stdout } = await run(sh(script), { outputFile });
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '600\nproblem\n' });
  expect(existsSync(outputFile)).toBe(false);
});

test('a daemon left behind with an output file is not waited for', async () => {
  const outputFile = `${scratchDirectory()}/out`;
  const started = Date.now();
  const { exitCode, stdout } = await run(sh('sleep 4 & echo up'), { outputFile });
  expect({ exitCode, stdout: stdout.trim() }).toEqual({ exitCode: 0, stdout: 'up' });
  expect(Date.now() - started).toBeLessThan(3000);
});

describe('a tool that is missing', () => {
  const tool = 'no-such-tool-of-unit-tests';
  test.each([
    ['as it is', {}],
    ['that would die with us', { diesWithUs: true }],
  ])('%s: environment', async (_, options) => {
    const failure = await failureOf(() => mustRun([tool], options));
    expect(failure).toMatchObject({ kind: 'environment', message: expect.stringContaining(tool) });
    // Nobody knows its package, and none is guessed.
    expect(failure.details.hint).toBeUndefined();
  });

  test('leaves no output file', async () => {
    const outputFile = `${scratchDirectory()}/out`;
    expect((await failureOf(() => run([tool], { outputFile }))).kind).toBe('environment');
    expect(existsSync(outputFile)).toBe(false);
  });

  test('a file that is not executable is none', async () => {
    const file = `${scratchDirectory()}/tool`;
    writeFileSync(file, '#!/bin/sh\n', { mode: 0o644 });
    expect(statSync(file).mode & 0o111).toBe(0);
    expect((await failureOf(() => run([file]))).kind).toBe('environment');
  });
});

describe('mustRun', () => {
  test('returns what was printed', async () => expect(await mustRun(['printf', 'x'])).toBe('x'));

  test.each([
    ['echo one; echo two >&2; exit 3', 'failed', 'exit status 3'],
    ['kill -KILL $$', 'failed', 'killed by SIGKILL'],
    ['echo "x: No space left on device" >&2; exit 1', 'full', 'exit status 1'],
    ['echo "Disk quota exceeded"; exit 1', 'full', 'exit status 1'],
  ])('%s', async (script, kind, outcome) => {
    const failure = await failureOf(() => mustRun(sh(script)));
    expect(failure).toMatchObject({ kind, details: { command: { argv: sh(script), outcome } } });
  });

  test.each([
    ['/run/ganeti-gluster/mnt/default/ganeti/images/x/disk', 'no space left on the volume'],
    ['/tmp/x', 'no space left'],
  ])('names the volume as full only when the command was given a file of one: %s', (file, sentence) => {
    const end = { exitCode: 1, signal: undefined, timedOut: false, endless: false };
    const ended = { argv: ['tool', file], ...end, stdout: '', stderr: 'No space left on device\n' };
    expect(commandFailed(ended).message).toBe(sentence);
  });

  test('shows both outputs, and the sentence it is given', () => {
    const end = { exitCode: 1, signal: undefined, timedOut: false, endless: false };
    const ended = { argv: ['x'], ...end, stdout: 'a\n', stderr: 'b\n' };
    expect(commandFailed(ended, 'it broke')).toMatchObject({
      message: 'it broke',
      details: { command: { output: 'a\nb\n' } },
    });
  });
});
