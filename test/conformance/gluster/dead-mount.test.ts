import { expect, test } from 'vitest';
import { hashOf, newPattern, write } from '../support/block-device.ts';
import { expectRefusal } from '../support/expectations.ts';
import { attach, attachedNew, done, run } from '../support/verbs.ts';
import { fuseClient, holdOpen, killFuseClient } from './support/faults.ts';
import { gntGluster, useGlusterLedger } from './support/storage.ts';

const ledger = useGlusterLedger();

test('a FUSE client killed while nothing used it is replaced by the next attach', async () => {
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  const client = await fuseClient();
  await killFuseClient();
  await attach(disk);
  expect(await fuseClient()).not.toBe(client);
});

test('one killed under an attached disk in use is told with the device, and all works again after detach', async () => {
  const [disk, other] = [ledger.disk(), ledger.disk()];
  const pattern = newPattern(1);
  const device = await attachedNew(disk, 8);
  await done(run.create(other, 8));
  await write(device, pattern);
  const holder = await holdOpen(ledger, device);
  await killFuseClient();
  const outcome = await run.attach(other, { timeLimit: 30_000 });
  expectRefusal(outcome, 7, new RegExp(device), /^hint: /m);
  expect((await gntGluster(['mount', 'status'], 30_000)).json).toMatchObject([{ state: 'dead', devices: [device] }]);
  await holder.end();
  await done(run.detach(disk, { timeLimit: 30_000 }));
  await attach(other);
  expect(await hashOf((await attach(disk)).device, 1)).toBe(pattern.hash);
});

test('one killed under an attached disk that nobody uses does not keep it from being attached again', async () => {
  const disk = ledger.disk();
  const pattern = newPattern(1);
  await write(await attachedNew(disk, 8), pattern);
  await killFuseClient();
  await done(run.detach(disk, { timeLimit: 30_000 }));
  expect(await hashOf((await attach(disk)).device, 1)).toBe(pattern.hash);
});
