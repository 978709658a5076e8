import { expect, test } from 'vitest';
import { call } from '../support/caller.ts';
import { expectRefusal } from '../support/expectations.ts';
import { attach, done, newDisk, run } from '../support/verbs.ts';
import { configure } from './support/faults.ts';
import { everything, useGlusterLedger } from './support/storage.ts';
import { volumes } from './support/volumes.ts';

const ledger = useGlusterLedger();

test.each([
  ['preallocaton', 'preallocation'],
  ['vol', 'pool'],
  ['volumes', 'volume'],
  ['block_dev', 'blockdev'],
])('create refuses the unknown parameter %s and names %s', async (wrong, near) => {
  const outcome = await run.create(newDisk({ [wrong]: 'off' }), 8);
  expectRefusal(outcome, 3, new RegExp(`"${wrong}".*did you mean ${near}\\?`), /^hint: /m);
});

test.each([
  ['preallocation', 'fallocate', 'falloc'],
  ['blockdev', 'no', 'never'],
  ['access', 'kernel', 'kernelspace'],
])('create refuses %s=%s and names %s', async (name, value, near) => {
  expectRefusal(await run.create(newDisk({ [name]: value }), 8), 3, new RegExp(`${name}.*"${value}".*${near}`));
});

test.each(['', '..', '../x', 'a/b', '-x', 'a,b', 'a b', 'x'.repeat(200)])(
  'pool and volume cannot be %.20j',
  async (value) => {
    for (const name of ['pool', 'volume'])
      expectRefusal(await run.create(newDisk({ [name]: value }), 8), 3, new RegExp(`parameter ${name}`));
  },
);

test('all problems are listed at once', async () => {
  const before = await everything();
  const outcome = await call(
    'create',
    { VOL_NAME: '../x', VOL_SIZE: '-1', VOL_UUID: 'a b', VOL_CNAME: 'a\nb' },
    { parameters: { pol: 'x', preallocation: 'x', pool: '..' } },
  );
  const problems = [
    /VOL_NAME/,
    /VOL_SIZE/,
    /VOL_UUID/,
    /VOL_CNAME/,
    /"pol"/,
    /preallocation/,
    /parameter pool/,
    /7 problems/,
  ];
  expectRefusal(outcome, 3, ...problems);
  expect(await everything()).toBe(before);
});

test('so many problems that an operator could not see them all are counted', async () => {
  const parameters = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`wrong${index}`, 'x']));
  expectRefusal(await run.create(newDisk(parameters), 8), 3, /40 problems/, /and \d+ more/);
});

test.each(['attach', 'remove', 'create', 'grow', 'snapshot'] as const)(
  '%s names the nearest pool and volume there is',
  async (verb) => {
    await configure(
      ledger,
      `default_pool = "gold"\n[pool.gold]\nvolumes = ["${volumes.main}"]\n[pool.silver]\nvolumes = ["${volumes.second}"]\n`,
    );
    const values = { VOL_NAME: 'x', VOL_SIZE: '8', VOL_NEW_SIZE: '8', VOL_SNAPSHOT_NAME: 'y' };
    expectRefusal(
      await call(verb, values, { parameters: { pool: 'glod' } }),
      3,
      /"glod".*did you mean gold\?/,
      /silver/,
    );
    expectRefusal(await call(verb, values, { parameters: { volume: 'gantei' } }), 3, /"gantei".*did you mean ganeti\?/);
  },
);

test('the parameters select pool and volume', async () => {
  await configure(
    ledger,
    `default_pool = "a"\n[pool.a]\nvolumes = ["${volumes.main}", "${volumes.second}"]\n[pool.b]\nvolumes = ["${volumes.small}"]\n`,
  );
  const places = { a: volumes.second, b: volumes.small };
  for (const [pool, volume] of Object.entries(places)) {
    const disk = ledger.disk({ pool, volume });
    await done(run.create(disk, 8));
    expect(await everything()).toContain(`/${volume}/images/${disk.name}/disk `);
    expect((await attach(disk)).addresses[0]).toContain(`/${volume}/images/`);
  }
});
