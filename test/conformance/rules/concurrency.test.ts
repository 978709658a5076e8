import { expect, test } from 'vitest';
import { hashOf, newPattern, sizeOf, write } from '../support/block-device.ts';
import { useLedger } from '../support/ledger.ts';
import { attach, attachedNew, done, run, snapshotOf } from '../support/verbs.ts';

const ledger = useLedger();
const many = 20;

/** The results of several calls of one thing at once. */
async function atOnce<Result>(count: number, action: (index: number) => Promise<Result>): Promise<readonly Result[]> {
  return await Promise.all(Array.from({ length: count }, (_, index) => action(index)));
}

test(`${many} attaches of one disk at once give one device`, async () => {
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  const attachments = await atOnce(many, () => attach(disk));
  expect(new Set(attachments.map(({ device }) => device)).size).toBe(1);
  expect(await sizeOf((await attach(disk)).device)).toBe(8);
});

test(`${many} disks are created, attached and removed at once`, async () => {
  const disks = ledger.disks(many);
  await Promise.all(disks.map((disk) => done(run.create(disk, 8))));
  const attachments = await Promise.all(disks.map((disk) => attach(disk)));
  expect(new Set(attachments.map(({ device }) => device)).size).toBe(many);
  // The ledger detaches and removes them, all at once, and takes no failure.
});

test('several creates of one disk at once make it once', async () => {
  const disk = ledger.disk();
  for (const { exitCode, said } of await atOnce(5, () => run.create(disk, 8))) expect(exitCode, said).toBe(0);
  expect(await sizeOf((await attach(disk)).device)).toBe(8);
});

test('of creates of one name with different sizes at once, one wins', async () => {
  const disk = ledger.disk();
  const outcomes = await atOnce(4, (index) => run.create(disk, 8 + index));
  const winners = outcomes.flatMap(({ exitCode }, index) => (exitCode === 0 ? [8 + index] : []));
  expect(winners).toHaveLength(1);
  expect([await sizeOf((await attach(disk)).device)]).toEqual(winners);
});

test('attach and detach at once end in what is asked next', async () => {
  const disk = ledger.disk();
  const pattern = newPattern(1);
  await write(await attachedNew(disk, 8), pattern);
  for (let round = 0; round < 3; round += 1) {
    await atOnce(6, async (index) => await done(index % 2 === 0 ? run.attach(disk) : run.detach(disk)));
    expect(await hashOf((await attach(disk)).device, 1)).toBe(pattern.hash);
    await done(run.detach(disk));
  }
});

test('several grows at once end with the largest', async () => {
  const disk = ledger.disk();
  const device = await attachedNew(disk, 8);
  await atOnce(5, (index) => done(run.grow(disk, 8, 9 + index)));
  expect(await sizeOf(device)).toBe(13);
});

test('several snapshots at once make one copy', async () => {
  const disk = ledger.disk();
  const copy = ledger.add(snapshotOf(disk));
  const pattern = newPattern(1);
  await write(await attachedNew(disk, 8), pattern);
  await atOnce(3, () => done(run.snapshot(disk, copy, 8)));
  expect(await hashOf((await attach(copy)).device, 1)).toBe(pattern.hash);
});

test('different verbs on one disk at once all work', async () => {
  const disk = ledger.disk();
  const device = await attachedNew(disk, 8);
  await Promise.all([
    done(run.open(disk)),
    done(run.setinfo(disk, 'a')),
    done(run.grow(disk, 8, 16)),
    attach(disk),
    done(run.create(disk, 8)).catch(() => undefined),
    done(run.close(disk)),
  ]);
  expect(await sizeOf(device)).toBe(16);
});
