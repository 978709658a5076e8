import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashOf, newPattern, sizeOf, write } from '../support/block-device.ts';
import { call } from '../support/caller.ts';
import { expectRefusal } from '../support/expectations.ts';
import { shell } from '../support/lab.ts';
import { attach, attachedNew, done, identity, newDisk, run, snapshotOf } from '../support/verbs.ts';

/** One disk that all of this must leave alone. */
const disk = newDisk();
const pattern = newPattern(1);
let device = '';

const hostileNames = [
  '',
  '.',
  '..',
  '/etc/passwd',
  `../${disk.name}`,
  `x/../${disk.name}`,
  `./${disk.name}`,
  `${disk.name}/`,
  `${disk.name}/disk`,
  ` ${disk.name}`,
  `${disk.name}\n`,
  'a b',
  'a\nb',
  '-rf',
  '--help',
  '.hidden',
  '.work',
  '*',
  '$(touch /tmp/conformance-pwned)',
  '`touch /tmp/conformance-pwned`',
  ';touch /tmp/conformance-pwned',
  'a,b=c',
  'a%sb',
  'ä',
  'x'.repeat(256),
  'x'.repeat(5000),
];

const badSizes = [
  '',
  '0',
  '-1',
  '+8',
  '08x',
  '1.5',
  '1e3',
  '0x10',
  ' 8',
  '8 ',
  '8\n',
  '8M',
  'abc',
  '9'.repeat(17),
  '9'.repeat(400),
];

beforeAll(async () => {
  device = await attachedNew(disk, 8);
  await write(device, pattern);
});

afterAll(async () => {
  await done(run.detach(disk));
  await done(run.remove(disk));
});

async function expectUntouched(): Promise<void> {
  expect((await attach(disk)).device).toBe(device);
  expect(await sizeOf(device)).toBe(8);
  expect(await hashOf(device, 1)).toBe(pattern.hash);
  await shell('! test -e /tmp/conformance-pwned');
}

describe('names that are no names are refused by', () => {
  const values = { VOL_SIZE: '8', VOL_NEW_SIZE: '16', VOL_METADATA: 'a', VOL_SNAPSHOT_NAME: 'x' };
  const verbs = ['create', 'attach', 'detach', 'remove', 'grow', 'setinfo', 'snapshot', 'open', 'close'] as const;

  test.each(verbs)('%s', async (verb) => {
    const calls = hostileNames.map((name) => call(verb, { ...values, VOL_NAME: name }));
    for (const outcome of await Promise.all(calls)) expectRefusal(outcome, undefined, /VOL_NAME/);
    await expectUntouched();
  });

  test('snapshot, for the copy', async () => {
    const names = [...hostileNames, disk.name];
    const calls = names.map((name) => call('snapshot', { VOL_NAME: disk.name, VOL_SNAPSHOT_NAME: name }));
    for (const outcome of await Promise.all(calls)) expectRefusal(outcome, undefined, /VOL_SNAPSHOT_NAME/);
    await expectUntouched();
  });
});

test('a size that is no size is refused by create', async () => {
  const other = newDisk();
  const calls = badSizes.map((size) => call('create', { ...identity(other), VOL_SIZE: size }));
  for (const outcome of await Promise.all(calls)) expectRefusal(outcome, undefined, /VOL_SIZE/);
  expectRefusal(await call('create', identity(other)), undefined, /VOL_SIZE/);
  expectRefusal(await run.attach(other));
});

test('a size that is no size is refused by grow, and so is a smaller one', async () => {
  const calls = badSizes.map((size) => call('grow', { ...identity(disk), VOL_SIZE: '8', VOL_NEW_SIZE: size }));
  for (const outcome of await Promise.all(calls)) expectRefusal(outcome, undefined, /VOL_NEW_SIZE/);
  expectRefusal(await run.grow(disk, 8, 4), undefined, /VOL_NEW_SIZE/);
  await expectUntouched();
});

test('setinfo takes all that Ganeti can send, and no more', async () => {
  const characters = '-AZaz09_+.';
  await done(run.setinfo(disk, characters.repeat(13).slice(0, 128)));
  await done(run.setinfo(disk, ''));
  for (const text of ['x'.repeat(129), 'a b', 'a\nb', 'a/b', 'ä', '$(id)', '{"a":1}'])
    expectRefusal(await run.setinfo(disk, text), undefined, /VOL_METADATA/);
  expectRefusal(await call('setinfo', identity(disk)), undefined, /VOL_METADATA/);
  await expectUntouched();
});

test('open takes True and False as Python writes them', async () => {
  for (const word of ['', 'true', '1', 'yes'])
    expectRefusal(await call('open', { ...identity(disk), VOL_OPEN_EXCLUSIVE: word }), undefined, /VOL_OPEN_EXCLUSIVE/);
});

test('snapshot takes no existing disk for its copy', async () => {
  const other = newDisk();
  const target = { ...other, name: snapshotOf(disk).name };
  const otherPattern = newPattern(1);
  try {
    await write(await attachedNew(target, 8), otherPattern);
    expectRefusal(await run.snapshot(disk, target, 8));
    expect(await hashOf((await attach(target)).device, 1)).toBe(otherPattern.hash);
  } finally {
    await done(run.detach(target));
    await done(run.remove(target));
  }
});
