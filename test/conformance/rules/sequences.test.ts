import { expect, test } from 'vitest';
import { hashOf, newPattern, sizeOf, write } from '../support/block-device.ts';
import { useLedger } from '../support/ledger.ts';
import { attach, done, run, snapshotOf } from '../support/verbs.ts';

const ledger = useLedger();

/** The calls of one node, in the order in which a real Ganeti made them. */
test('start, grow, reboot and shutdown of an instance', async () => {
  const disk = { ...ledger.disk(), label: 'data disk' };
  await done(run.create(disk, 8));
  await done(run.setinfo(disk, 'originstname+inst1.lab'));
  const { device } = await attach(disk);
  for (let start = 0; start < 2; start += 1) {
    await done(run.open(disk));
    expect((await attach(disk)).device).toBe(device);
  }
  for (let turn = 0; turn < 5; turn += 1) expect((await attach(disk)).device).toBe(device);
  await done(run.grow(disk, 8, 16));
  expect((await attach(disk)).device).toBe(device);
  expect(await sizeOf(device)).toBe(16);
  // No close: Ganeti does not call it here.
  await done(run.detach(disk));
});

test('a backup', async () => {
  const disk = ledger.disk();
  const copy = ledger.add(snapshotOf(disk));
  const pattern = newPattern(3);
  await done(run.create(disk, 8));
  await write((await attach(disk)).device, pattern, 5);
  await attach(disk);
  await done(run.snapshot(disk, copy, 8));
  const { device } = await attach(copy);
  await done(run.open(copy, false));
  expect(await hashOf(device, 3, 5)).toBe(pattern.hash);
  await attach(copy);
  await done(run.detach(copy));
  await done(run.remove(copy));
});

test('a migration, as both of its nodes call it', async () => {
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  const { device } = await attach(disk);
  await done(run.open(disk));
  await done(run.close(disk));
  await done(run.open(disk, false));
  expect((await attach(disk)).device).toBe(device);
  await done(run.close(disk));
  await attach(disk);
  await done(run.detach(disk));
  await attach(disk);
  await done(run.open(disk, true));
});
