import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { hasEnded, openPaths, parentOf, pathOf, processTree, switchesIn } from '#src/process-tree.ts';
import { scratchDirectory, until } from '../help.ts';

test.each([
  ['4711 (qemu-img) D 42 4711 0', 42],
  ['4711 (a) b) (c) S 7 1 1', 7],
  ['4711 ( 1 2 3) R 1 1 1', 1],
  ['', undefined],
])('the parent in %j', (stat, parent) => {
  expect(parentOf(stat)).toBe(parent);
});

test('all switches of a thread count, asked for or not', () => {
  expect(switchesIn('Name:\tx\nvoluntary_ctxt_switches:\t12\nnonvoluntary_ctxt_switches:\t30\n')).toBe(42);
  expect(switchesIn('')).toBe(0);
});

/** A shell whose child sleeps with a file open. */
function startTree(file: string): number {
  const child = spawn('sh', ['-c', 'sleep 60 & wait'], { stdio: ['ignore', 'ignore', openSync(file, 'w')] });
  onTestFinished(() => {
    for (const pid of processTree(child.pid ?? 0).pids) process.kill(pid, 'SIGKILL');
  });
  return child.pid ?? 0;
}

test('a process is found with its descendants and what they have open', async () => {
  const file = `${scratchDirectory()}/open`;
  const root = startTree(file);
  await until('it has a child', () => processTree(root).pids.length === 2);
  const { pids, open } = processTree(root);
  expect(pids[0]).toBe(root);
  await until('the child is sleep', () => openPaths(pids[1] ?? 0).includes(file));
  expect(open.filter((path) => path === file)).toHaveLength(2);
  expect(pathOf(root, 2)).toBe(file);
});

test('processes that only sleep do not move, and one that runs does', async () => {
  const root = startTree(`${scratchDirectory()}/open`);
  let last = '';
  let still = 0;
  await until('they sleep', () => {
    const { moves } = processTree(root);
    still = moves === last ? still + 1 : 0;
    last = moves;
    return still > 20;
  });
  const before = processTree(process.pid).moves;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(processTree(process.pid).moves).not.toBe(before);
});

test('a process that is gone has nothing', () => {
  expect(processTree(2 ** 22 + 1)).toMatchObject({ open: [] });
  expect(pathOf(2 ** 22 + 1, 0)).toBeUndefined();
});

test('a process has ended when it is gone, or nobody has asked yet how it ended', async () => {
  expect(hasEnded(process.pid)).toBe(false);
  expect(hasEnded(2 ** 22 + 1)).toBe(true);
  // A shell that becomes sleep, which asks for no child.
  const parent = spawn('sh', ['-c', 'sleep 0 & exec sleep 60'], { stdio: 'ignore' });
  onTestFinished(() => void parent.kill('SIGKILL'));
  const childOf = (pid = 0): number | undefined => processTree(pid).pids[1];
  await until('its child is known', () => childOf(parent.pid) !== undefined);
  const child = childOf(parent.pid) ?? 0;
  await until('its child has ended', () => hasEnded(child));
  expect(childOf(parent.pid)).toBe(child);
});
