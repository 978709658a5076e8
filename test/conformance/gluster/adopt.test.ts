import { describe, expect, test } from 'vitest';
import { hashOf, newPattern, write } from '../support/block-device.ts';
import { shell } from '../support/lab.ts';
import { attach, done, newDisk, run } from '../support/verbs.ts';
import { configure, holdOpen } from './support/faults.ts';
import { everything, gntGluster, imageInfo, imagesDirectory, statusOf, useGlusterLedger } from './support/storage.ts';
import { mountRoot, volumes } from './support/volumes.ts';

const ledger = useGlusterLedger();
const root = `${mountRoot}/${volumes.main}`;

/** A file of somebody else on the volume. */
async function foreign(script: string): Promise<void> {
  ledger.later(() => shell('rm -rf "$1"/foreign', root));
  await shell(`mkdir -p "$1/foreign"; cd "$1/foreign"; ${script}`, root);
}

describe('a raw file on the volume', () => {
  test('becomes an image with its data and without a copy, and every verb knows it', async () => {
    const disk = ledger.add(newDisk());
    await foreign('truncate -s 200M disk0; printf data | dd of=disk0 bs=1M seek=100 conv=notrunc status=none');
    const inode = await shell('stat -c %i "$1"/foreign/disk0', root);
    const before = await everything();
    expect((await gntGluster(['image', 'adopt', '/foreign/disk0', disk.name, '--dry-run'])).exitCode).toBe(0);
    expect(await everything()).toBe(before);
    expect((await gntGluster(['image', 'adopt', '/foreign/disk0', disk.name])).exitCode).toBe(0);
    expect(await shell('stat -c %i "$1"', `${imagesDirectory()}/${disk.name}/disk`)).toBe(inode);
    expect(await shell('ls "$1"/foreign', root)).toBe('');
    expect(await statusOf(`${imagesDirectory()}/${disk.name}/disk`)).toMatchObject({ mode: '600' });
    expect(await imageInfo(disk.name)).toMatchObject({ size: 200 * 1024 * 1024, uuid: null });
    expect(await shell('dd if="$1" bs=1M skip=100 count=1 status=none | head -c 4', (await attach(disk)).device)).toBe(
      'data',
    );
    await done(run.grow(disk, 200, 201));
    const pattern = newPattern(1);
    await write((await attach(disk)).device, pattern);
    expect(await hashOf((await attach(disk)).device, 1)).toBe(pattern.hash);
    await done(run.detach(disk));
    await done(run.remove(disk));
  });

  test('that was adopted half is adopted by the next call', async () => {
    const disk = ledger.add(newDisk());
    await foreign('truncate -s 8M disk0');
    const directory = `${imagesDirectory()}/${disk.name}`;
    await shell(
      'mkdir -p -m 700 "$1"; printf %s "$2" >"$1"/image.json',
      directory,
      '{"format":1,"adoptedFrom":"foreign/disk0"}',
    );
    expect((await run.attach(disk)).exitCode).toBe(5);
    expect((await run.remove(disk)).exitCode).toBe(5);
    expect((await gntGluster(['image', 'adopt', 'foreign/disk0', disk.name])).exitCode).toBe(0);
    await attach(disk);
  });

  test('of no whole MiB is refused, or made larger if one says so', async () => {
    const disk = ledger.add(newDisk());
    await foreign('truncate -s 3000000 disk0');
    expect(await gntGluster(['image', 'adopt', 'foreign/disk0', disk.name])).toMatchObject({
      exitCode: 3,
      said: expect.stringMatching(/--round-up makes it 3 MiB/),
    });
    expect((await gntGluster(['image', 'adopt', 'foreign/disk0', disk.name, '--round-up'])).exitCode).toBe(0);
    expect(await imageInfo(disk.name)).toMatchObject({ size: 3 * 1024 * 1024 });
  });

  test.each([
    ['a link', 'truncate -s 8M real; ln -s real disk0', 3, /not a regular file/],
    ['a directory', 'mkdir disk0', 3, /not a regular file/],
    ['behind a link', 'cd ..; mkdir other; truncate -s 8M other/disk0; rmdir foreign; ln -s other foreign', 3, /link/],
    ['nothing', 'true', 4, /no foreign\/disk0/],
    ['empty', 'touch disk0', 3, /empty/],
    ['a qcow2 file', 'qemu-img create -q -f qcow2 disk0 64M; truncate -s 8M disk0', 3, /qcow2/],
    ['one of two names', 'truncate -s 8M disk0; ln disk0 other', 3, /2 hard links/],
  ])('is not %s', async (_, script, exitCode, reason) => {
    ledger.disk();
    ledger.later(() => shell('rm -rf "$1"/other', root));
    await foreign(script);
    // Whoever mounts a volume tells there that it is alive.
    const all = 'find "$1" -path "*/.nodes*" -prune -o -printf "%p %y %s %T@\\n" | sort';
    const before = await shell(all, root);
    const outcome = await gntGluster(['image', 'adopt', 'foreign/disk0', newDisk().name]);
    expect(outcome.exitCode, outcome.said).toBe(exitCode);
    expect(outcome.said).toMatch(reason);
    expect(await shell(all, root)).toBe(before);
  });

  test('is not in use, outside the volume, or an image already', async () => {
    const disk = ledger.disk();
    await done(run.create(disk, 8));
    await foreign('truncate -s 8M disk0');
    expect((await gntGluster(['image', 'adopt', '../../../../../etc/hostname', newDisk().name])).exitCode).toBe(3);
    expect((await gntGluster(['image', 'adopt', `images/${disk.name}/disk`, newDisk().name])).exitCode).toBe(3);
    expect((await gntGluster(['image', 'adopt', 'foreign/disk0', disk.name])).exitCode).toBe(5);
    expect((await gntGluster(['image', 'adopt', 'foreign/disk0', '../x'])).exitCode).toBe(3);
    await holdOpen(ledger, `${root}/foreign/disk0`);
    expect(await gntGluster(['image', 'adopt', 'foreign/disk0', newDisk().name])).toMatchObject({
      exitCode: 6,
      said: expect.stringMatching(/in use/),
    });
  });

  test('is on the volume that is named, when there are several', async () => {
    await configure(ledger, `[pool.default]\nvolumes = ["${volumes.main}", "${volumes.second}"]\n`);
    const disk = ledger.add(newDisk());
    await foreign('truncate -s 8M disk0');
    expect((await gntGluster(['image', 'adopt', 'foreign/disk0', disk.name])).exitCode).toBe(2);
    expect(
      (await gntGluster(['image', 'adopt', 'foreign/disk0', disk.name, '--volume', volumes.second])).exitCode,
    ).toBe(4);
    expect((await gntGluster(['image', 'adopt', 'foreign/disk0', disk.name, '--volume', volumes.main])).exitCode).toBe(
      0,
    );
  });
});
