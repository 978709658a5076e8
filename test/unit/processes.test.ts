import { spawn } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { markerVariable } from '../lab/process.ts';
import { isMarked, killAndWait, lives, processOf, variableOf } from '../lab/processes.ts';
import { descendantsOf, killAll, processesWith } from '../runner/descendants.ts';
import { until } from './help.ts';

const marker = 'UNIT_TEST_OF_PROCESSES';

/** A shell that waits for a child which sleeps. */
function startShell(environment: Readonly<Record<string, string>> = {}): number {
  const env = { ...process.env, ...environment };
  const child = spawn('sh', ['-c', 'sleep 60 & wait'], { stdio: 'ignore', detached: true, env });
  const group = child.pid ?? 0;
  onTestFinished(() => {
    try {
      process.kill(-group, 'SIGKILL');
    } catch {
      // The test has ended it.
    }
  });
  return group;
}

async function childOf(shell: number) {
  await until('it has a child', () => descendantsOf(shell).length === 1);
  return descendantsOf(shell)[0] ?? { pid: 0, start: '' };
}

test('a process is told from a later one with its id, and its parent is known', () => {
  const found = processOf(process.pid);
  expect(found).toEqual({ pid: process.pid, parent: process.ppid, start: expect.stringMatching(/^[1-9][0-9]*$/) });
  expect(lives({ pid: process.pid, start: found?.start ?? '' })).toBe(true);
  expect(lives({ pid: process.pid, start: '1' })).toBe(false);
  expect(processOf(2 ** 22 + 1)).toBeUndefined();
});

test('all that a process started is ended with it', async () => {
  const shell = processOf(startShell()) ?? { pid: 0, start: '' };
  const child = await childOf(shell.pid);
  expect([shell, child].map(lives)).toEqual([true, true]);
  await killAll([shell]);
  expect([shell, child].map(lives)).toEqual([false, false]);
});

test('a process that is killed and waited for is gone, and one that is gone is fine', async () => {
  const child = await childOf(startShell());
  await killAndWait([child.pid]);
  expect(lives(child)).toBe(false);
  await killAndWait([child.pid]);
});

test('a process is found by a variable, and what carries the marker of a lab is no descendant', async () => {
  const shell = startShell({ [marker]: 'yes' });
  const child = await childOf(shell);
  expect(processesWith(marker).map(({ pid, value }) => [pid, value])).toEqual([
    [shell, 'yes'],
    [child.pid, 'yes'],
  ]);
  expect(variableOf(shell, 'UNIT_TEST_OF')).toBeUndefined();

  const lab = startShell({ [markerVariable]: '/nowhere' });
  await until('it runs', () => isMarked(lab, '/nowhere'));
  expect(isMarked(lab, '/now')).toBe(false);
  expect(isMarked(shell, '/nowhere')).toBe(false);
  expect(descendantsOf(process.pid).map(({ pid }) => pid)).toContain(shell);
  expect(descendantsOf(process.pid).map(({ pid }) => pid)).not.toContain(lab);
});
