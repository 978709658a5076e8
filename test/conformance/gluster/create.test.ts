import { describe, expect, test } from 'vitest';
import { newPattern, write } from '../support/block-device.ts';
import { expectRefusal } from '../support/expectations.ts';
import { shell } from '../support/lab.ts';
import { attachedNew, done, newDisk, run } from '../support/verbs.ts';
import { configure } from './support/faults.ts';
import { everything, imageFile, imagesDirectory, statusOf, useGlusterLedger } from './support/storage.ts';
import { volumes } from './support/volumes.ts';

const ledger = useGlusterLedger();
const mebibyte = 1024 * 1024;

describe('a new image', () => {
  test.each(['022', '077'] as const)('with umask %s is for root only', async (umask) => {
    const disk = ledger.disk();
    await done(run.create(disk, 65, { umask }));
    expect(await statusOf(imageFile(disk.name))).toMatchObject({ mode: '600', bytes: 65 * mebibyte });
    const found = await shell('find "$1" -perm /077 -printf "%p %m\\n"', `${imagesDirectory()}/${disk.name}`);
    expect(found).toBe('');
  });

  test('is sparse unless told', async () => {
    const disk = ledger.disk();
    await done(run.create(disk, 200));
    expect((await statusOf(imageFile(disk.name))).allocated).toBeLessThan(mebibyte);
  });

  test.each(['falloc', 'full'])('with preallocation=%s has all its blocks', async (preallocation) => {
    const disk = ledger.disk({ preallocation });
    await done(run.create(disk, 130));
    const { bytes, allocated, mode } = await statusOf(imageFile(disk.name));
    expect({ bytes, mode }).toEqual({ bytes: 130 * mebibyte, mode: '600' });
    expect(allocated).toBeGreaterThanOrEqual(130 * mebibyte);
    await done(run.grow(disk, 130, 140));
    expect((await statusOf(imageFile(disk.name))).allocated).toBeGreaterThanOrEqual(140 * mebibyte);
  });

  test('reserves its blocks as its pool says', async () => {
    await configure(ledger, '[pool.default]\npreallocation = "falloc"\n');
    const [reserved, sparse] = [ledger.disk(), ledger.disk({ preallocation: 'off' })];
    await done(run.create(reserved, 20));
    await done(run.create(sparse, 20));
    expect((await statusOf(imageFile(reserved.name))).allocated).toBeGreaterThanOrEqual(20 * mebibyte);
    expect((await statusOf(imageFile(sparse.name))).allocated).toBeLessThan(mebibyte);
  });

  test('of 10 GiB takes less than two seconds', async () => {
    const times: number[] = [];
    // The machine may be busy with something else.
    for (let turn = 0; turn < 3; turn += 1) times.push((await done(run.create(ledger.disk(), 10 * 1024))).seconds);
    expect(Math.min(...times)).toBeLessThan(2);
  });
});

describe('a name that is taken', () => {
  const takers = {
    'a file': 'echo precious >"$1"',
    'an empty directory': 'mkdir "$1"',
    'a directory without an image': 'mkdir "$1"; echo precious >"$1/other"',
    'a directory in place of the data': 'mkdir -p "$1/disk"; echo precious >"$1/disk/other"',
    'a symbolic link': 'mkdir "$1.target"; truncate -s 8M "$1.target/disk"; ln -s "$1.target" "$1"',
    'a link in place of the data': 'mkdir "$1"; ln -s /etc/passwd "$1/disk"',
    'a dangling link': 'ln -s nowhere "$1"',
  };

  test.each(Object.entries(takers))('by %s is left alone', async (_, script) => {
    // What is no image cannot be removed as one; but this one's removal ends the mount.
    ledger.disk();
    const disk = newDisk();
    const place = `${imagesDirectory()}/${disk.name}`;
    ledger.later(() => shell('rm -rf "$1" "$1.target"', place));
    await shell(`mkdir -p "$2/.work"; ${script}`, place, imagesDirectory());
    const before = await everything();
    expectRefusal(await run.create(disk, 8), 5, new RegExp(disk.name), /^hint: /m);
    expectRefusal(await run.remove(disk), 5);
    expectRefusal(await run.attach(disk), 5);
    expect(await everything()).toBe(before);
  });

  test('by another image is left alone, and told with its size and disk', async () => {
    const disk = ledger.disk();
    await write(await attachedNew(disk, 8), newPattern(1));
    const before = await everything();
    expectRefusal(await run.create(disk, 9), 5, /it has 8388608 bytes/, /9437184 bytes were asked for/);
    expectRefusal(await run.create({ ...disk, uuid: 'another' }, 8), 5, new RegExp(disk.uuid), /another/);
    expectRefusal(await run.create({ ...disk, uuid: 'another' }, 8, { parameters: { preallocation: 'full' } }), 5);
    expect(await everything()).toBe(before);
  });
});

describe('on a volume without room', () => {
  const pool = `[pool.default]\nvolumes = ["${volumes.small}"]\n`;

  test.each(['falloc', 'full'])(
    'an image with preallocation=%s is refused and leaves nothing',
    async (preallocation) => {
      await configure(ledger, pool);
      const disk = ledger.disk({ preallocation });
      expectRefusal(await run.create(disk, 400), 8, /400 MiB/, /largest possible size/, new RegExp(volumes.small));
      expect(await everything()).not.toContain(disk.name);
    },
  );

  test('a disk that fills it to the last byte is made or leaves nothing', async () => {
    await configure(ledger, `${pool}reserve = "0%"\n`);
    const free = Number(
      await shell('df --output=avail -m "$1" | tail -n 1', imagesDirectory(volumes.small).replace(/\/images$/, '')),
    );
    const disk = ledger.disk({ preallocation: 'full' });
    const outcome = await run.create(disk, free);
    if (outcome.exitCode === 0)
      expect((await statusOf(imageFile(disk.name, volumes.small))).bytes).toBe(free * mebibyte);
    else {
      expectRefusal(outcome, 8);
      expect(await everything()).not.toContain(disk.name);
    }
  });

  test('a sparse image is made, with a warning', async () => {
    await configure(ledger, pool);
    const { said } = await done(run.create(ledger.disk(), 400));
    expect(said).toMatch(/warning.*400 MiB/);
  });

  test('grow and snapshot are refused and change nothing', async () => {
    await configure(ledger, pool);
    const disk = ledger.disk({ preallocation: 'falloc' });
    const copy = ledger.add({ ...disk, name: `${disk.name}.snap` });
    await done(run.create(disk, 160));
    expectRefusal(await run.grow(disk, 160, 500), 8);
    expect((await statusOf(imageFile(disk.name, volumes.small))).bytes).toBe(160 * mebibyte);
    expectRefusal(await run.snapshot(disk, copy, 160), 8);
    expect(await everything()).not.toContain(copy.name);
  });
});
