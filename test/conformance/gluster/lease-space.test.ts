import { describe, expect, test } from 'vitest';
import { expectRefusal } from '../support/expectations.ts';
import { shell } from '../support/lab.ts';
import { attachedNew, done, run } from '../support/verbs.ts';
import { configure } from './support/faults.ts';
import { imagesDirectory, leasesOf, useGlusterLedger } from './support/storage.ts';
import { volumes } from './support/volumes.ts';

const ledger = useGlusterLedger();
const small = volumes.small;
const configuration = `[pool.default]\nvolumes = ["${small}"]\n`;

/** Fills a volume beyond what Gluster keeps free, but not to the last block, at which the brick is taken down. */
async function fill(): Promise<void> {
  const root = imagesDirectory(small).replace(/\/images$/, '');
  ledger.later(() =>
    shell('rm -f "$1/fill"; while ! mkdir "$1/room" 2>/dev/null; do sleep 0.2; done; rmdir "$1/room"', root),
  );
  const script = `
    free=$(df --block-size=1K --output=avail "/bricks/$2" | tail -n 1)
    fallocate -l "$((free - 1500))K" "$1/fill"
    while mkdir "$1/room" 2>/dev/null; do rmdir "$1/room"; sleep 0.2; done`;
  await shell(script, root, small);
}

describe('on a full volume', () => {
  test('an image is opened, shared, closed and given back', async () => {
    await configure(ledger, configuration);
    const disk = ledger.disk();
    await attachedNew(disk, 8);
    await fill();
    await done(run.open(disk));
    expect(await leasesOf(disk, small)).toEqual(['node1.lab exclusive']);
    await done(run.open(disk, false));
    await done(run.close(disk));
    expect(await leasesOf(disk, small)).toEqual([]);
    await done(run.open(disk));
    await done(run.detach(disk));
    expect(await leasesOf(disk, small)).toEqual([]);
    await done(run.remove(disk));
  });

  test('one whose leases were lost is not opened, which is told; it can be removed', async () => {
    await configure(ledger, configuration);
    const disk = ledger.disk();
    await attachedNew(disk, 8);
    const directory = `${imagesDirectory(small)}/${disk.name}`;
    await shell('rm -r "$1/lease"', directory);
    await fill();
    expectRefusal(await run.open(disk), 8, /no room/, /hint: make room/);
    expect((await shell('ls "$1"', directory)).trim().split('\n')).toEqual(['disk', 'image.json']);
    await done(run.detach(disk));
    await done(run.remove(disk));
  });
});
