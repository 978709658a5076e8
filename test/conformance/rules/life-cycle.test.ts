import { describe, expect, test } from 'vitest';
import { hashOf, isBlockDevice, newPattern, sizeOf, write } from '../support/block-device.ts';
import { parseAttach } from '../support/caller.ts';
import { expectRefusal } from '../support/expectations.ts';
import { useLedger } from '../support/ledger.ts';
import { attach, attachedNew, done, run, snapshotOf } from '../support/verbs.ts';

const ledger = useLedger();

describe('a new disk', () => {
  test('has exactly the size asked for', async () => {
    const sizes = [1, 7, 64, 65, 1025];
    const devices = await Promise.all(sizes.map((mebibytes) => attachedNew(ledger.disk(), mebibytes)));
    for (const device of devices) expect(await isBlockDevice(device)).toBe(true);
    expect(await Promise.all(devices.map(sizeOf))).toEqual(sizes);
  });

  test('reads as zeros', async () => {
    const device = await attachedNew(ledger.disk(), 4);
    expect(await hashOf(device, 4)).toBe('bb9f8df61474d25e71fa00722318cd387396ca1736605e1248821cc0de3d3af8');
  });

  test('is attached as a device and addresses, each on a line of its own', async () => {
    const disk = ledger.disk();
    await done(run.create(disk, 8));
    const { stdout } = await done(run.attach(disk));
    const attachment = parseAttach(stdout);
    expect(attachment?.device).toMatch(/^\/dev\/[!-~]+$/);
    for (const address of attachment?.addresses ?? []) expect(address).toMatch(/^[a-z]+:[!-~]+$/);
    // Minor number 0 is "not attached" to Ganeti.
    expect(attachment?.device).not.toMatch(/^\/dev\/loop0$/);
  });
});

test('what was written is there after detach and attach', async () => {
  const disk = ledger.disk();
  const [start, end] = [newPattern(2), newPattern(2)];
  const device = await attachedNew(disk, 70);
  await write(device, start);
  await write(device, end, 68);
  await done(run.detach(disk));
  const again = (await attach(disk)).device;
  expect(await hashOf(again, 2)).toBe(start.hash);
  expect(await hashOf(again, 2, 68)).toBe(end.hash);
});

test('an attached disk that grows has its new size at once, and its data', async () => {
  const disk = ledger.disk();
  const [start, end] = [newPattern(2), newPattern(1)];
  const device = await attachedNew(disk, 63);
  await write(device, start);
  await done(run.grow(disk, 63, 130));
  expect(await sizeOf(device)).toBe(130);
  await write(device, end, 129);
  expect(await hashOf(device, 2)).toBe(start.hash);
  await done(run.detach(disk));
  const again = (await attach(disk)).device;
  expect(await sizeOf(again)).toBe(130);
  expect(await hashOf(again, 2)).toBe(start.hash);
  expect(await hashOf(again, 1, 129)).toBe(end.hash);
});

test('a disk that grew while detached has its new size', async () => {
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  await done(run.grow(disk, 8, 9));
  expect(await sizeOf((await attach(disk)).device)).toBe(9);
});

test('a snapshot is a disk of its own with the data of its moment', async () => {
  const disk = ledger.disk();
  const copy = ledger.add(snapshotOf(disk));
  const [old, next] = [newPattern(2), newPattern(2)];
  const device = await attachedNew(disk, 66);
  await write(device, old, 63);
  await done(run.snapshot(disk, copy, 66));
  await write(device, next, 63);
  const copied = (await attach(copy)).device;
  expect(copied).not.toBe(device);
  expect(await sizeOf(copied)).toBe(66);
  expect(await hashOf(copied, 2, 63)).toBe(old.hash);
  expect(await hashOf(device, 2, 63)).toBe(next.hash);
  await done(run.detach(copy));
  await done(run.remove(copy));
  expect(await hashOf(device, 2, 63)).toBe(next.hash);
});

test('open, close and setinfo leave size and data alone', async () => {
  const disk = ledger.disk();
  const pattern = newPattern(1);
  const device = await attachedNew(disk, 8);
  await write(device, pattern);
  await done(run.open(disk));
  await done(run.setinfo(disk, 'originstname+inst1.lab'));
  await done(run.close(disk));
  expect((await attach(disk)).device).toBe(device);
  expect(await sizeOf(device)).toBe(8);
  expect(await hashOf(device, 1)).toBe(pattern.hash);
});

test('a removed disk is gone, and its name is free', async () => {
  const disk = ledger.disk();
  const device = await attachedNew(disk, 8);
  await write(device, newPattern(1));
  await done(run.detach(disk));
  await done(run.remove(disk));
  expectRefusal(await run.attach(disk));
  const again = await attachedNew({ ...disk, uuid: 'another' }, 4);
  expect(await sizeOf(again)).toBe(4);
  expect(await hashOf(again, 4)).toBe('bb9f8df61474d25e71fa00722318cd387396ca1736605e1248821cc0de3d3af8');
});
