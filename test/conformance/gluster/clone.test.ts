import { expect, test } from 'vitest';
import { newPattern, write } from '../support/block-device.ts';
import { expectRefusal } from '../support/expectations.ts';
import { shell } from '../support/lab.ts';
import { attach, attachedNew, type Disk, done, run } from '../support/verbs.ts';
import { configure, fakeTool, holdOpen } from './support/faults.ts';
import { everything, imageFile, imageInfo, statusOf, useGlusterLedger } from './support/storage.ts';
import { volumes } from './support/volumes.ts';

const ledger = useGlusterLedger();
const mebibyte = 1024 * 1024;

/** A disk that is to be a clone of another. */
function cloneOf({ name }: Disk, parameters: Readonly<Record<string, string>> = {}): Disk {
  return ledger.disk({ clone: name, ...parameters });
}

/** A disk of 100 MiB with 3 MiB of data at its beginning and its end, used by nobody. */
async function source(): Promise<Disk> {
  const disk = ledger.disk();
  const device = await attachedNew(disk, 100);
  await write(device, newPattern(2));
  await write(device, newPattern(1), 99);
  await done(run.detach(disk));
  return disk;
}

/** Whether a clone begins with all that its source has. */
async function isClone(clone: Disk, of: Disk, volume?: string): Promise<void> {
  await shell('cmp -n "$3" "$1" "$2"', imageFile(of.name), imageFile(clone.name, volume), String(100 * mebibyte));
}

test.each(['off', 'falloc', 'full'])(
  'a clone with preallocation=%s has the data, and its own size',
  async (preallocation) => {
    const original = await source();
    const clone = cloneOf(original, { preallocation });
    await done(run.create(clone, 150));
    await isClone(clone, original);
    const { bytes, allocated } = await statusOf(imageFile(clone.name));
    expect(bytes).toBe(150 * mebibyte);
    if (preallocation === 'off') expect(allocated).toBeLessThan(8 * mebibyte);
    else expect(allocated).toBeGreaterThanOrEqual(150 * mebibyte);
    expect(await imageInfo(clone.name)).toMatchObject({ cloneOf: original.name, uuid: clone.uuid, preallocation });
  },
);

test('the same clone asked for again is left as it is, however its source changed', async () => {
  const original = await source();
  const clone = cloneOf(original);
  await done(run.create(clone, 100));
  await write((await attach(clone)).device, newPattern(1), 50);
  await write((await attach(original)).device, newPattern(1), 60);
  const before = await shell('sha256sum "$1"', imageFile(clone.name));
  await done(run.create(clone, 100));
  expect(await shell('sha256sum "$1"', imageFile(clone.name))).toBe(before);
  expectRefusal(await run.create({ ...clone, parameters: {} }, 100), 5, /a clone of/);
});

test('a clone goes to the volume with room for it, and its volume may be another than its source has', async () => {
  const original = await source();
  const toml = `[pool.default]\nservers = ["node1.lab"]\nvolumes = ["ganeti", "${volumes.second}"]\n`;
  await configure(ledger, toml);
  const clone = cloneOf(original, { volume: volumes.second });
  await done(run.create(clone, 100));
  await isClone(clone, original, volumes.second);
});

test('a clone that does not fit is refused, and nothing of it is left', async () => {
  const original = await source();
  await configure(ledger, '[pool.default]\nservers = ["node1.lab"]\nvolumes = ["ganeti"]\nreserve = "99%"\n');
  const before = await everything();
  expectRefusal(await run.create(cloneOf(original), 100), 8, /no room for a clone of/, /kept in reserve/);
  expect(await everything()).toBe(before);
});

test('an image in use, a missing one, a larger one and a bad name are refused', async () => {
  const original = await source();
  const before = await everything();
  expectRefusal(await run.create(cloneOf({ ...original, name: 'nobody' }), 100), 4, /no image nobody/);
  expectRefusal(await run.create(cloneOf({ ...original, name: '../x' }), 100), 3, /clone/);
  expectRefusal(await run.create(cloneOf(original), 99), 3, /cannot be smaller/);
  expect(await everything()).toBe(before);
  const { device } = await attach(original);
  const holder = await holdOpen(ledger, device);
  expectRefusal(await run.create(cloneOf(original), 100), 6, new RegExp(`pid ${holder.pid}`), /^hint: .*shut/m);
  await holder.end();
  await done(run.create(cloneOf(original), 100));
});

test('a clone of what was written to while it was copied is not kept', async () => {
  const original = await source();
  // Somebody writes when all is copied and compared.
  const writes = `dd if=/dev/urandom of=${imageFile(original.name)} bs=1M count=1 conv=notrunc 2>/dev/null`;
  const script = `/usr/bin/qemu-img "$@" || exit; case "$1" in compare) ${writes} ;; esac`;
  await fakeTool(ledger, 'qemu-img', script);
  const clone = cloneOf(original);
  expectRefusal(await run.create(clone, 100), 6, /was written to while it was copied/);
  expect(await everything()).not.toContain(clone.name);
});
