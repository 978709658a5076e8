import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { isLocked, locksOf, sweepLock, takeFromKilled, withLock } from '#src/lock.ts';
import { openPaths } from '#src/process-tree.ts';
import { scratchDirectory, startModule, until } from '../help.ts';

const directory = '/run/ganeti-gluster/lock';
const isRoot = process.getuid?.() === 0;

/** A name nobody else uses, and where its lock is. */
function uniqueLock(): { readonly name: string; readonly path: string } {
  const name = `unit-test-${process.pid}-${crypto.randomUUID()}`;
  onTestFinished(() => rmSync(`${directory}/${name}`, { force: true }));
  return { name, path: `${directory}/${name}` };
}

/** Takes the lock again and again; writes a letter on entering and on leaving. */
const worker = `
  import { appendFileSync } from 'node:fs';
  import { setTimeout as sleep } from 'node:timers/promises';
  import { withLock } from './src/lock.ts';
  const [name, file, times] = process.argv.slice(1);
  for (let round = 0; round < Number(times); round += 1)
    await withLock(name, 'count', async () => {
      appendFileSync(file, '(');
      await sleep(Math.random() * 8);
      appendFileSync(file, ')');
    });
`;

/** Takes the lock, says so, and keeps it. */
const holder = `
  import { writeFileSync } from 'node:fs';
  import { withLock } from './src/lock.ts';
  const [name, file] = process.argv.slice(1);
  setInterval(() => {}, 1000);
  await withLock(name, 'hold', () => { writeFileSync(file, ''); return new Promise(() => {}); });
`;

test.runIf(isRoot)('only one of many processes is inside at any time, and no file is left', async () => {
  const { name, path } = uniqueLock();
  const file = `${scratchDirectory()}/order`;
  const workers = Array.from({ length: 5 }, () => startModule(worker, name, file, '6'));
  for (const { ended } of workers) expect(await ended).toMatchObject({ exitCode: 0, stderr: '' });
  expect(readFileSync(file, 'utf8')).toBe('()'.repeat(30));
  expect(existsSync(path)).toBe(false);
});

test.runIf(isRoot)('while it is held others wait and can read who has it; SIGKILL gives it back', async () => {
  const { name, path } = uniqueLock();
  const flag = `${scratchDirectory()}/held`;
  const { child, ended } = startModule(holder, name, flag);
  await until('it is held', () => existsSync(flag));
  expect(readFileSync(path, 'utf8')).toBe(`process ${child.pid} (hold)`);
  let entered = false;
  const waiting = withLock(name, 'wait', async () => {
    entered = true;
    return readFileSync(path, 'utf8');
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(entered).toBe(false);
  child.kill('SIGKILL');
  await ended;
  expect(await waiting).toBe(`process ${process.pid} (wait)`);
  expect(existsSync(path)).toBe(false);
});

test.runIf(isRoot)('a waiter that is killed does not keep what it never got', async () => {
  const { name, path } = uniqueLock();
  const waiter = await withLock(name, 'first', async () => {
    const started = startModule(holder, name, `${scratchDirectory()}/held`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    started.child.kill('SIGKILL');
    return started;
  });
  await waiter.ended;
  expect(await withLock(name, 'second', async () => 'entered')).toBe('entered');
  expect(existsSync(path)).toBe(false);
});

test.runIf(isRoot)('what an earlier boot or a crash left is no obstacle, and nothing of its text remains', async () => {
  const { name, path } = uniqueLock();
  await withLock(name, 'make the directory', async () => undefined);
  writeFileSync(path, 'process 1 (something with a very long name that died long ago)');
  expect(await withLock(name, 'x', async () => readFileSync(path, 'utf8'))).toBe(`process ${process.pid} (x)`);
  expect(existsSync(path)).toBe(false);
});

test.runIf(isRoot)('a failure of the task passes through and frees the lock', async () => {
  const { name, path } = uniqueLock();
  await expect(withLock(name, 'x', () => Promise.reject(new Error('of the task')))).rejects.toThrow('of the task');
  expect(existsSync(path)).toBe(false);
  expect(await withLock(name, 'x', async () => 5)).toBe(5);
});

test.runIf(isRoot)('other names are other locks', async () => {
  const [one, other] = [uniqueLock(), uniqueLock()];
  expect(await withLock(one.name, 'x', () => withLock(other.name, 'y', async () => 'both'))).toBe('both');
});

test.runIf(isRoot)(
  'the file of a dead holder is swept away, that of a living one is not, and nobody waits',
  async () => {
    const { name, path } = uniqueLock();
    const flag = `${scratchDirectory()}/held`;
    const { child, ended } = startModule(holder, name, flag);
    await until('it is held', () => existsSync(flag));
    await sweepLock(name);
    expect(isLocked(name)).toBe(true);
    child.kill('SIGKILL');
    await ended;
    expect(existsSync(path)).toBe(true);
    await sweepLock(name);
    expect(isLocked(name)).toBe(false);
    await sweepLock(name);
  },
);

test.runIf(isRoot)('a process has the locks that it holds, and not the one that it waits for', async () => {
  const [held, wanted] = [uniqueLock(), uniqueLock()];
  await withLock(held.name, 'x', () =>
    withLock(wanted.name, 'y', async () => {
      const { child, ended } = startModule(holder, wanted.name, `${scratchDirectory()}/held`);
      await until('it waits', () => openPaths(child.pid ?? 0).includes(wanted.path));
      expect(locksOf(process.pid)).toEqual(expect.arrayContaining([held.name, wanted.name]));
      expect(locksOf(child.pid ?? 0)).toEqual([]);
      child.kill('SIGKILL');
      await ended;
    }),
  );
});

test.runIf(isRoot)('a lock is taken from a process that cannot end, and those that wait notice soon', async () => {
  const { name, path } = uniqueLock();
  const flag = `${scratchDirectory()}/held`;
  const { child, ended } = startModule(holder, name, flag);
  await until('it is held', () => existsSync(flag));
  const start = Date.now();
  const waiting = withLock(name, 'wait', async () => Date.now() - start);
  await new Promise((resolve) => setTimeout(resolve, 300));
  takeFromKilled(name);
  // What was begun is not finished: who finds its work done has to look.
  expect(isLocked(name)).toBe(true);
  expect(await waiting).toBeLessThan(8000);
  expect(existsSync(path)).toBe(false);
  child.kill('SIGKILL');
  await ended;
});
