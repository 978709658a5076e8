import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mustRun, run } from '#src/exec.ts';
import { processOf } from '../../lab/processes.ts';
import { failureOf, scratchDirectory, startModule, until } from '../help.ts';

function isAlive(pid: number): boolean {
  return processOf(pid) !== undefined;
}

test.each([
  ['a command', ['sleep', '60'], 1000],
  ['one that ignores SIGTERM', ['sh', '-c', 'trap "" TERM INT HUP; while :; do sleep 0.05; done'], 1000],
  // Its child keeps the pipe open: it is given up a second later.
  ['one with a child that holds its output', ['sh', '-c', 'sleep 3 & wait'], 2500],
])('%s is killed at its time limit', async (_, argv, atMost) => {
  const started = Date.now();
  const result = await run(argv, { timeLimit: 200 });
  const took = Date.now() - started;
  expect(result).toMatchObject({ argv, exitCode: undefined, timedOut: true });
  expect(took).toBeGreaterThanOrEqual(190);
  expect(took).toBeLessThan(atMost);
});

test('what is killed at its time limit is dead', async () => {
  const file = `${scratchDirectory()}/pid`;
  await run(['sh', '-c', `trap "" TERM; echo $$ > ${file}; while :; do sleep 0.05; done`], { timeLimit: 500 });
  const pid = Number(readFileSync(file, 'utf8'));
  expect(pid).toBeGreaterThan(1);
  expect(isAlive(pid)).toBe(false);
});

test('the failure says that it was the time limit', async () => {
  const failure = await failureOf(() => mustRun(['sleep', '60'], { timeLimit: 100 }));
  expect(failure).toMatchObject({
    kind: 'failed',
    details: { command: { outcome: expect.stringContaining('time limit') } },
  });
});

test('a time limit of many days does not fire at once', async () => {
  expect(await run(['sleep', '0.2'], { timeLimit: 24 * 24 * 3600 * 1000 })).toMatchObject({
    exitCode: 0,
    timedOut: false,
  });
});

test.each([
  [true, false],
  [false, true],
])('diesWithUs %s: after a SIGKILL of the program the command is alive: %s', async (diesWithUs, alive) => {
  const file = `${scratchDirectory()}/pid`;
  const { child, ended } = startModule(`
    import { run } from './src/exec.ts';
    await run(['sh', '-c', 'echo $$ > ${file}; exec sleep 5'], { diesWithUs: ${diesWithUs} });
  `);
  await until('the command runs', () => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'));
  const pid = Number(readFileSync(file, 'utf8'));
  try {
    expect(isAlive(pid)).toBe(true);
    child.kill('SIGKILL');
    await until('the program is dead', () => child.signalCode === 'SIGKILL');
    if (!alive) await until('the command is dead', () => !isAlive(pid), 2000);
    expect(isAlive(pid)).toBe(alive);
  } finally {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  }
  await ended;
});

test('a command that dies with us reports like any other', async () => {
  expect(await run(['sh', '-c', 'echo x; exit 4'], { diesWithUs: true })).toMatchObject({
    exitCode: 4,
    timedOut: false,
  });
});
