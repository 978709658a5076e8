import { expect, test } from 'vitest';
import { hashOf, newPattern, sizeOf, write } from '../support/block-device.ts';
import { expectRefusal } from '../support/expectations.ts';
import { useLedger } from '../support/ledger.ts';
import { attach, attachedNew, done, newDisk, run, snapshotOf } from '../support/verbs.ts';

const ledger = useLedger();

test('every verb may be repeated', async () => {
  const disk = ledger.disk();
  const copy = ledger.add(snapshotOf(disk));
  const pattern = newPattern(1);
  const twice = async (action: () => Promise<unknown>): Promise<void> => {
    await action();
    await action();
  };
  await twice(() => done(run.create(disk, 8)));
  const { device } = await attach(disk);
  await write(device, pattern);
  expect((await attach(disk)).device).toBe(device);
  await twice(() => done(run.open(disk)));
  await twice(() => done(run.setinfo(disk, 'a')));
  await twice(() => done(run.grow(disk, 8, 9)));
  await twice(() => done(run.snapshot(disk, copy, 9)));
  await twice(() => done(run.close(disk)));
  expect(await sizeOf(device)).toBe(9);
  await twice(() => done(run.detach(disk)));
  expect(await hashOf((await attach(disk)).device, 1)).toBe(pattern.hash);
  await done(run.detach(disk));
  await twice(() => done(run.remove(disk)));
  expect(await hashOf((await attach(copy)).device, 1)).toBe(pattern.hash);
});

test('create of a disk that is attached and has data leaves it alone', async () => {
  const disk = ledger.disk();
  const pattern = newPattern(1);
  const device = await attachedNew(disk, 8);
  await write(device, pattern);
  await done(run.create(disk, 8));
  expect((await attach(disk)).device).toBe(device);
  expect(await hashOf(device, 1)).toBe(pattern.hash);
});

test('grow to the size it has, and grow after a grow nobody noticed', async () => {
  const disk = ledger.disk();
  const device = await attachedNew(disk, 8);
  await done(run.grow(disk, 8, 8));
  expect(await sizeOf(device)).toBe(8);
  await done(run.grow(disk, 8, 12));
  await done(run.grow(disk, 8, 10));
  expect(await sizeOf(device)).toBe(12);
});

test('attach of a disk that does not exist fails and prints nothing', async () => {
  expectRefusal(await run.attach(newDisk()));
});

test.each(['detach', 'remove'] as const)('%s of a disk that does not exist succeeds', async (verb) => {
  await done(run[verb](newDisk()));
});

test('grow, setinfo, snapshot and open of a disk that does not exist fail', async () => {
  const disk = newDisk();
  expectRefusal(await run.grow(disk, 8, 16));
  expectRefusal(await run.setinfo(disk, 'a'));
  expectRefusal(await run.snapshot(disk, snapshotOf(disk), 8));
  expectRefusal(await run.open(disk));
  expectRefusal(await run.attach(disk));
});

test('a disk of another UUID or size under the same name is not taken over', async () => {
  const disk = ledger.disk();
  const pattern = newPattern(1);
  const device = await attachedNew(disk, 8);
  await write(device, pattern);
  expectRefusal(await run.create(disk, 9));
  expectRefusal(await run.create({ ...disk, uuid: 'another' }, 8));
  expect(await sizeOf(device)).toBe(8);
  expect(await hashOf(device, 1)).toBe(pattern.hash);
});
