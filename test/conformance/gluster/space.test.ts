import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../support/caller.ts';
import { expectRefusal } from '../support/expectations.ts';
import { shell } from '../support/lab.ts';
import { attach, done, newDisk, run, snapshotOf } from '../support/verbs.ts';
import { configure } from './support/faults.ts';
import { everything, imageFile, statusOf, useGlusterLedger } from './support/storage.ts';
import { mountRoot, volumes } from './support/volumes.ts';

const ledger = useGlusterLedger();
const mebibyte = 1024 * 1024;

function pool(settings: string, names: readonly string[] = [volumes.small]): string {
  return `[pool.default]\nservers = ["node1.lab"]\nvolumes = ${JSON.stringify(names)}\n${settings}\n`;
}

/** What the volume has and what is free on it, as its brick says, in MiB. */
async function brick(): Promise<{ readonly total: number; readonly free: number }> {
  const [total, free] = (await shell('df --output=size,avail -B1 /bricks/small | tail -n 1')).trim().split(/ +/);
  return { total: Number(total) / mebibyte, free: Number(free) / mebibyte };
}

/** Shards of a removed image go a moment after it. */
async function untilFree(part: number): Promise<void> {
  for (let turn = 0; (await brick()).free < (await brick()).total * part; turn += 1) {
    if (turn > 100) throw new Error(`${volumes.small} does not become so empty: ${await everything()}`);
    await sleep(200);
  }
}

function largestIn({ said }: Outcome): number {
  return Number(/largest possible size is ([0-9]+) MiB/.exec(said)?.[1]);
}

describe('the reserve of a volume', () => {
  test.each(['falloc', 'full'])('is kept: with preallocation=%s the largest size told fits', async (preallocation) => {
    await untilFree(0.9);
    await configure(ledger, pool('reserve = "20%"'));
    const disk = ledger.disk({ preallocation });
    const refused = await run.create(disk, 290);
    expectRefusal(refused, 8, /kept in reserve/);
    const largest = largestIn(refused);
    expectRefusal(await run.create(disk, largest + 1), 8);
    await done(run.create(disk, largest));
    expect((await statusOf(imageFile(disk.name, volumes.small))).bytes).toBe(largest * mebibyte);
    const { total, free } = await brick();
    expect(free).toBeGreaterThan(total * 0.19);
    expect(free).toBeLessThan(total * 0.24);
  });

  test('is kept by grow and snapshot too', async () => {
    await untilFree(0.9);
    await configure(ledger, pool('reserve = "40M"'));
    const disk = ledger.disk({ preallocation: 'falloc' });
    await done(run.create(disk, 110));
    const refused = await run.grow(disk, 110, 280);
    expectRefusal(refused, 8, /170 MiB more/);
    const largest = largestIn(refused);
    expect(largest).toBeGreaterThan(110);
    expect(largest).toBeLessThan(200);
    expectRefusal(await run.snapshot(disk, snapshotOf(disk), 110), 8, /copy/);
    expect(await everything()).not.toContain(snapshotOf(disk).name);
    await done(run.grow(disk, 110, largest));
    expect((await brick()).free).toBeGreaterThan(38);
  });

  test('keeps no verb from its work but those that take room', async () => {
    await untilFree(0.9);
    await configure(ledger, pool('reserve = "10M"'));
    const [disk, other] = [ledger.disk(), ledger.disk()];
    await done(run.create(disk, 20));
    const filler = `${mountRoot}/${volumes.small}/filler`;
    ledger.later(() => shell('rm -f "$1"', filler));
    await shell(
      'fallocate -l $(($(df --output=avail -B1 "$2" | tail -n 1) - 4000000)) "$1"',
      filler,
      `${mountRoot}/${volumes.small}`,
    );
    expectRefusal(await run.create(other, 8), 8, /largest possible size is 0 MiB/);
    expectRefusal(await run.grow(disk, 20, 21), 8);
    // What is done already needs no room.
    await done(run.create(disk, 20));
    await done(run.grow(disk, 16, 20));
    await attach(disk);
    await done(run.open(disk));
    await done(run.setinfo(disk, 'a'));
    await done(run.close(disk));
    await done(run.detach(disk));
    await done(run.remove(disk));
  });
});

describe('reserved blocks', () => {
  test.each(['falloc', 'full'])(
    'of preallocation=%s are on the brick, and no second image gets them',
    async (preallocation) => {
      await untilFree(0.9);
      // A brick that is full to the last block is taken down by Gluster: some stays free.
      await configure(ledger, pool('reserve = "5%"'));
      const [first, second] = [ledger.disk({ preallocation }), ledger.disk({ preallocation })];
      const before = (await brick()).free;
      await done(run.create(first, 100));
      // What the brick's file system keeps for itself moves by some KiB meanwhile.
      expect(before - (await brick()).free).toBeGreaterThan(99);
      await done(run.grow(first, 100, 150));
      const { free } = await brick();
      expect(before - free).toBeGreaterThan(149);
      expectRefusal(await run.create(second, 80), 8);
      // Written from end to end, it takes nothing more.
      await shell(
        'dd if=/dev/urandom of="$1" bs=1M count=150 oflag=direct conv=notrunc,fsync iflag=fullblock status=none',
        imageFile(first.name, volumes.small),
      );
      expect((await brick()).free).toBeGreaterThan(free - 2);
    },
  );

  test('asked for twice at once never take more than there is', async () => {
    await untilFree(0.9);
    await configure(ledger, pool('reserve = "20%"'));
    const [one, other] = [ledger.disk({ preallocation: 'falloc' }), ledger.disk({ preallocation: 'falloc' })];
    const outcomes = await Promise.all([run.create(one, 100), run.create(other, 100)]);
    const refused = outcomes.filter(({ exitCode }) => exitCode !== 0);
    expect(refused.length).toBeGreaterThanOrEqual(1);
    for (const outcome of refused) expectRefusal(outcome, 8);
    await untilFree(0.19);
  });
});

describe('overcommit', () => {
  test('counts sparse images with their size, when they are made and when they grow', async () => {
    await untilFree(0.9);
    await configure(ledger, pool('overcommit = 2'));
    const { total } = await brick();
    const [first, second, third] = [ledger.disk(), ledger.disk(), ledger.disk()];
    await done(run.create(first, 300));
    const refused = await run.create(second, 300);
    expectRefusal(refused, 8, /may grow to 300 MiB, but at most 2 x/);
    expect(largestIn(refused)).toBe(Math.floor(2 * total) - 300);
    expectRefusal(await run.grow(first, 300, 600), 8, /300 MiB more/);
    await done(run.create(second, largestIn(refused)));
    expectRefusal(await run.create(third, 1), 8, /largest possible size is 0 MiB/);
    // What is removed counts no more.
    await done(run.remove(second));
    await done(run.grow(first, 300, 400));
  });

  test('without it a sparse image is made, with a warning when all together could outgrow the volume', async () => {
    await untilFree(0.9);
    await configure(ledger, pool(''));
    const [first, second] = [ledger.disk(), ledger.disk()];
    expect((await done(run.create(first, 200))).said).toBe('');
    expect((await done(run.create(second, 200))).said).toMatch(/^warning: .*400 MiB/);
    expect((await done(run.grow(first, 200, 201))).said).toMatch(/^warning: .*401 MiB/);
    // What another node removes counts no more, though this node still remembers it.
    await shell('rm -r "$1"', path.dirname(imageFile(second.name, volumes.small)));
    expect((await done(run.create(ledger.disk(), 10))).said).toBe('');
  });

  test('of two volumes the one where it fits is taken, and the best is named when it fits on none', async () => {
    await configure(ledger, pool('overcommit = 1', [volumes.small, volumes.second]));
    const [big, small] = [ledger.disk(), ledger.disk()];
    const size = Number(await shell('df --output=size -m /bricks/second | tail -n 1'));
    await done(run.create(big, size - 150));
    expect(await everything()).toContain(`/${volumes.second}/images/${big.name}/disk `);
    await done(run.create(small, 200));
    expect(await everything()).toContain(`/${volumes.small}/images/${small.name}/disk `);
    const refused = await run.create(newDisk(), 1000);
    expectRefusal(refused, 8, new RegExp(`on volume ${volumes.second}$`, 'm'), new RegExp(`volume ${volumes.small}:`));
    expect(largestIn(refused)).toBeGreaterThanOrEqual(149);
    expect(largestIn(refused)).toBeLessThanOrEqual(151);
  });
});
