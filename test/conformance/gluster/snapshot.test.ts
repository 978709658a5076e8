import { expect, test } from 'vitest';
import { newPattern, write } from '../support/block-device.ts';
import { expectRefusal } from '../support/expectations.ts';
import { shell } from '../support/lab.ts';
import { providerDirectory } from '../support/provider.ts';
import { attach, attachedNew, done, identity, run, snapshotOf } from '../support/verbs.ts';
import { fakeTool, holdOpen } from './support/faults.ts';
import { otherNode } from './support/other-nodes.ts';
import { everything, imageFile, imageInfo, imagesDirectory, statusOf, useGlusterLedger } from './support/storage.ts';
import { volumes } from './support/volumes.ts';

const ledger = useGlusterLedger();
const mebibyte = 1024 * 1024;

test('a snapshot is identical, sparse where there are zeros, and for root only', async () => {
  const disk = ledger.disk({ preallocation: 'full' });
  const copy = ledger.add(snapshotOf(disk));
  const device = await attachedNew(disk, 200);
  await write(device, newPattern(2), 63);
  await write(device, newPattern(1), 199);
  await done(run.snapshot(disk, copy, 200));
  await shell('cmp "$1" "$2"', imageFile(disk.name), imageFile(copy.name));
  const { bytes, allocated, mode } = await statusOf(imageFile(copy.name));
  expect({ bytes, mode }).toEqual({ bytes: 200 * mebibyte, mode: '600' });
  expect(allocated).toBeGreaterThanOrEqual(3 * mebibyte);
  expect(allocated).toBeLessThan(8 * mebibyte);
});

test('a snapshot is complete on the brick itself', async () => {
  const disk = ledger.disk();
  const copy = ledger.add(snapshotOf(disk));
  await write(await attachedNew(disk, 8), newPattern(8));
  await done(run.snapshot(disk, copy, 8));
  await shell('cmp "$1" "$2"', ...[disk, copy].map(({ name }) => `/bricks/ganeti/brick/images/${name}/disk`));
});

test('an empty disk and one full of data are copied whole', async () => {
  const [empty, full] = [ledger.disk(), ledger.disk()];
  const copies = [ledger.add(snapshotOf(empty)), ledger.add(snapshotOf(full))] as const;
  await done(run.create(empty, 70));
  await write(await attachedNew(full, 70), newPattern(70));
  await done(run.snapshot(empty, copies[0], 70));
  await done(run.snapshot(full, copies[1], 70));
  await shell('cmp "$1" "$2"', imageFile(empty.name), imageFile(copies[0].name));
  await shell('cmp "$1" "$2"', imageFile(full.name), imageFile(copies[1].name));
});

test('a disk in use is not copied, and the hint says what to do', async () => {
  const disk = ledger.disk();
  const device = await attachedNew(disk, 8);
  const holder = await holdOpen(ledger, device);
  const before = await everything();
  expectRefusal(
    await run.snapshot(disk, snapshotOf(disk), 8),
    6,
    new RegExp(`sleep \\(pid ${holder.pid}\\)`),
    /^hint: .*shut/m,
  );
  expect(await everything()).toBe(before);
});

test('a snapshot of an older state does not pass for a new one', async () => {
  const disk = ledger.disk();
  const copy = ledger.add(snapshotOf(disk));
  const device = await attachedNew(disk, 8);
  await write(device, newPattern(1));
  await done(run.snapshot(disk, copy, 8));
  await done(run.snapshot(disk, copy, 8));
  await write(device, newPattern(1), 4);
  const before = await shell('sha256sum "$1"', imageFile(copy.name));
  expectRefusal(await run.snapshot(disk, copy, 8), 5, /older/, /^hint: .*remove/m);
  expect(await shell('sha256sum "$1"', imageFile(copy.name))).toBe(before);
});

test('a snapshot of what was there before another node wrote beyond the first shard does not pass for a new one', async () => {
  const disk = ledger.disk();
  const copy = ledger.add(snapshotOf(disk));
  const there = await otherNode(ledger, 'node2.lab');
  ledger.later(() => shell('gluster --mode=script volume reset "$1" features.shard', volumes.main));
  await shell('gluster volume set "$1" features.shard on', volumes.main);
  await done(run.create(disk, 256));
  await done(run.snapshot(disk, copy, 256));
  const { device } = await attach(disk, there);
  await done(run.open(disk, true, there));
  // Another client sees neither another time nor other blocks of the file for that.
  for (const offset of [70, 150, 200]) await write(device, newPattern(4), offset);
  await done(run.detach(disk, there));
  expectRefusal(await run.snapshot(disk, copy, 256), 5, /older/);
  await done(run.remove(copy));
  await done(run.snapshot(disk, copy, 256));
  await shell('cmp "$1" "$2"', imageFile(disk.name), imageFile(copy.name));
});

test('a copy of a moment that another node ended by opening the image is thrown away', async () => {
  const disk = ledger.disk();
  const copy = ledger.add(snapshotOf(disk));
  const there = await otherNode(ledger, 'node2.lab');
  await done(run.create(disk, 8));
  const { VOL_NAME = '' } = identity(disk);
  // While it is copied: opened elsewhere, and closed again without a trace in the file.
  const verb = (name: string): string =>
    `${there.wrapper.join(' ')} env -i VOL_NAME=${VOL_NAME} EXTP_PROVIDER=gluster ${providerDirectory}/${name} </dev/null`;
  await fakeTool(
    ledger,
    'qemu-img',
    `[ "$1" != convert ] || { ${verb('open')}; ${verb('close')}; }; exec /usr/bin/qemu-img "$@"`,
  );
  expectRefusal(await run.snapshot(disk, copy, 8), 6, /written to while it was copied/);
  expect(await everything()).not.toContain(copy.name);
});

test('a copy that is not the same is noticed and not kept', async () => {
  const disk = ledger.disk();
  const copy = ledger.add(snapshotOf(disk));
  await write(await attachedNew(disk, 8), newPattern(1));
  // It copies nothing and says that it did.
  await fakeTool(ledger, 'qemu-img', 'case "$1" in convert) exit 0 ;; *) exec /usr/bin/qemu-img "$@" ;; esac');
  expectRefusal(await run.snapshot(disk, copy, 8));
  expect(await everything()).not.toContain(copy.name);
});

test('the source and what was told of it stand with the snapshot', async () => {
  const disk = { ...ledger.disk(), label: 'Daten & mehr' };
  const copy = ledger.add(snapshotOf(disk));
  await done(run.create(disk, 8));
  await done(run.setinfo(disk, 'originstname+inst1.lab'));
  await done(run.snapshot(disk, copy, 8));
  expect(await imageInfo(copy.name)).toMatchObject({
    snapshotOf: disk.name,
    info: 'originstname+inst1.lab',
    uuid: null,
  });
  expect(await shell('ls -A "$1"/.work', imagesDirectory())).toBe('');
});
