import { spawn } from 'node:child_process';
import { closeSync, copyFileSync, openSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeProcess, isRunning, processes, summarize, usersOf } from '#src/tools/processes.ts';
import { scratchDirectory, startModule, until } from '../../help.ts';

test.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b', 'c'], 'a, b, c'],
  [['a', 'b', 'c', 'd', 'e'], 'a, b, c, 2 more'],
])('%j in a sentence', (list, text) => {
  expect(summarize(list)).toBe(text);
});

test('a process is found by the file it has open, and not when it has let go', async () => {
  const file = `${scratchDirectory()}/data`;
  writeFileSync(file, '');
  const backwards = (text: string) => [...text].reverse().join('');
  // Its arguments do not name the file: only the descriptor does.
  const { child, ended } = startModule(
    `
    import { openSync } from 'node:fs';
    openSync([...process.argv[1]].reverse().join(''), 'r');
    setInterval(() => {}, 1000);
  `,
    backwards(file),
  );
  const users = () => usersOf((path) => path === file);
  await until('it has the file open', () => users().length > 0);
  expect(users()).toEqual([`node (pid ${child.pid})`]);
  child.kill('SIGKILL');
  await ended;
  expect(users()).toEqual([]);
});

test.each([
  ['a brick', 'glusterfsd', '--brick-name', false],
  ['what is only called like one', 'glusterfsd', '--brick', true],
  ['what only has its arguments', 'other', '--brick-name', true],
])('%s: what it has open is looked at: %s %s %s', async (_, program, argument, isSeen) => {
  const directory = scratchDirectory();
  copyFileSync('/bin/bash', `${directory}/${program}`);
  writeFileSync(`${directory}/data`, '');
  const script = 'exec 5<"$1"; echo open; read -r x';
  const child = spawn(`${directory}/${program}`, ['-c', script, 'sh', `${directory}/data`, argument]);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  expect(usersOf((path) => path === `${directory}/data`)).toHaveLength(isSeen ? 1 : 0);
  child.kill('SIGKILL');
});

test('a process is found by what its arguments mention', async () => {
  const mention = `/vol/images/${process.pid}-${Date.now()}/disk`;
  const { child } = startModule('setInterval(() => {}, 1000);', `file.path=${mention},x=y`);
  const users = () =>
    processes()
      .filter(({ argv }) => argv.some((argument) => argument.includes(mention)))
      .map(describeProcess);
  await until('it runs', () => users().length > 0);
  expect(users()).toEqual([`node (pid ${child.pid})`]);
});

test('this process is not its own user', () => {
  const descriptor = openSync('/proc/version', 'r');
  try {
    expect(usersOf(() => true).filter((user) => user.endsWith(`(pid ${process.pid})`))).toEqual([]);
  } finally {
    closeSync(descriptor);
  }
});

test('a process is known by its name and a whole argument', async () => {
  const { child, ended } = startModule('setInterval(() => {}, 1000);', '/mnt/a-volume');
  await until('it runs', () => isRunning('node', '/mnt/a-volume'));
  expect(isRunning('node', '/mnt/a')).toBe(false);
  expect(isRunning('glusterfs', '/mnt/a-volume')).toBe(false);
  child.kill();
  await ended;
  expect(isRunning('node', '/mnt/a-volume')).toBe(false);
});
