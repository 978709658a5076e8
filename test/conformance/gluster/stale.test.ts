import { describe, expect, test } from 'vitest';
import { hashOf, newPattern, sizeOf, write } from '../support/block-device.ts';
import { expectRefusal } from '../support/expectations.ts';
import { shell } from '../support/lab.ts';
import { attach, attachedNew, type Disk, done, run } from '../support/verbs.ts';
import { holdOpen } from './support/faults.ts';
import { otherNode } from './support/other-nodes.ts';
import { gntGluster, imageFile, imageInfo, imagesDirectory, useGlusterLedger } from './support/storage.ts';

const ledger = useGlusterLedger();

/** A disk that stays attached here while another node removes its image. */
async function removedElsewhere(): Promise<{ readonly disk: Disk; readonly device: string }> {
  const disk = ledger.disk();
  const there = await otherNode(ledger, 'node2.lab');
  const device = await attachedNew(disk, 8);
  await done(run.remove(disk, there));
  return { disk, device };
}

describe('an image that another node removed while it was attached here', () => {
  test('is not there for attach, and its device goes', async () => {
    const { disk } = await removedElsewhere();
    const attached = (): Promise<string> =>
      shell('grep -hs "$1" /sys/block/loop*/loop/backing_file || true', disk.name);
    expect(await attached()).not.toBe('');
    expectRefusal(await run.attach(disk), 4, /there is no image/);
    // Its number may be another lab's by now.
    expect(await attached()).toBe('');
  });

  test('and made anew is the new one: what a guest writes is in it', async () => {
    const { disk } = await removedElsewhere();
    await done(run.create(disk, 8));
    const { device } = await attach(disk);
    await done(run.open(disk));
    const pattern = newPattern(1);
    await write(device, pattern, 3);
    await done(run.detach(disk));
    expect(await hashOf(imageFile(disk.name), 1, 3)).toBe(pattern.hash);
  });

  test('and made anew is not opened through the old device, nor grown, until attach has replaced it', async () => {
    const { disk, device } = await removedElsewhere();
    await done(run.create(disk, 8));
    const stale = new RegExp(`${device} has a file that is not image ${disk.name}`);
    expectRefusal(await run.open(disk), 6, stale, /hint: gnt-instance activate-disks/);
    expectRefusal(await run.grow(disk, 8, 9), 6, stale);
    expect(await shell('stat -c %s "$1"', imageFile(disk.name))).toBe('8388608\n');
    expect(await imageInfo(disk.name)).toMatchObject({ device, stale: true });
    expect((await gntGluster(['mount', 'status'])).json).toMatchObject([{ stale: [device] }]);
    await attach(disk);
    await done(run.open(disk));
    expect(await imageInfo(disk.name)).toMatchObject({ stale: false });
  });

  test('and made anew is neither attached nor removed while somebody has the old device open', async () => {
    const { disk, device } = await removedElsewhere();
    const holder = await holdOpen(ledger, device);
    await done(run.create(disk, 8));
    const user = new RegExp(`in use by sleep \\(pid ${holder.pid}\\)`);
    expectRefusal(await run.attach(disk), 6, user);
    expectRefusal(await run.remove(disk), 6, user);
    await holder.end();
    await attach(disk);
  });
});

test.each([
  ['put in its place by hand', 'cp -a "$1" "$1.new"; mv "$1" "$1.old"; mv "$1.new" "$1"; rm -r "$1.old"'],
  ['restored beside it', 'cp -a "$1/disk" "$1/disk.new"; mv "$1/disk.new" "$1/disk"'],
])('a copy of an image that is %s is another image', async (_, script) => {
  const disk = ledger.disk();
  await attachedNew(disk, 8);
  await shell(script, `${imagesDirectory()}/${disk.name}`);
  expectRefusal(await run.open(disk), 6, /has a file that is not image/);
  const pattern = newPattern(1);
  await write((await attach(disk)).device, pattern);
  await done(run.open(disk));
  await done(run.detach(disk));
  expect(await hashOf(imageFile(disk.name), 1)).toBe(pattern.hash);
});

test('an open image that was replaced by hand is found out by the next open, and mended by the next attach', async () => {
  const disk = ledger.disk();
  await attachedNew(disk, 8);
  await done(run.open(disk));
  await shell('cp -a "$1/disk" "$1/disk.new"; mv "$1/disk.new" "$1/disk"', `${imagesDirectory()}/${disk.name}`);
  await attach(disk);
  expectRefusal(await run.open(disk), 6, /has a file that is not image/);
  await attach(disk);
  await done(run.open(disk));
});

test('a device of the same number that has another file by now is not taken for the image', async () => {
  const disk = ledger.disk();
  const device = await attachedNew(disk, 8);
  await done(run.open(disk));
  const foreign = `/tmp/${disk.name}`;
  // The path that the kernel shows is the one of the record: only what the kernel counts tells.
  ledger.later(() => shell('losetup -d "$1" 2>/dev/null || true; rm -f "$2"', device, foreign));
  const file = (await shell('cat "/sys/block/$1/loop/backing_file"', device.slice(5))).trim();
  await shell('mv "$1" "$1.away"; cp "$1.away" "$1"; losetup -d "$2"; losetup "$2" "$1"', file, device);
  await shell('mv "$1.away" "$1"', file);
  const pattern = newPattern(1);
  await write((await attach(disk)).device, pattern);
  await done(run.detach(disk));
  expect(await hashOf(imageFile(disk.name), 1)).toBe(pattern.hash);
});

test('an image that grew on another node while it was attached here is attached with its new size', async () => {
  const disk = ledger.disk();
  const there = await otherNode(ledger, 'node2.lab');
  const device = await attachedNew(disk, 8);
  await done(run.grow(disk, 8, 16, there));
  expect(await sizeOf(device)).toBe(8);
  expect((await attach(disk)).device).toBe(device);
  expect(await sizeOf(device)).toBe(16);
});
