import { describe, expect, test } from 'vitest';
import { hashOf, newPattern, sizeOf, write } from '../support/block-device.ts';
import { shell } from '../support/lab.ts';
import { attach, attachedNew, done, identity, run, snapshotOf, snapshotVariables } from '../support/verbs.ts';
import { killAt, killWhen } from './support/interruptions.ts';
import { everything, imageFile, imagesDirectory, statusOf, useGlusterLedger } from './support/storage.ts';

const ledger = useGlusterLedger();
const mebibyte = 1024 * 1024;

/** True once qemu-img has written a good part of the first shard of a draft. */
const halfWritten =
  'find /bricks/ganeti/brick/images/.work -name disk -printf "%b\\n" 2>/dev/null | grep -q "^[0-9]\\{5\\}"';

async function workDirectory(): Promise<string> {
  return await shell('ls -A "$1/.work" 2>/dev/null || true', imagesDirectory());
}

/** Neither qemu-img nor the process that worked for the one that was killed outlives it. */
async function noChildLeft(): Promise<void> {
  const found = 'pgrep -x qemu-img >/dev/null || pgrep -f "/[g]aneti-extstorage-gluster$" >/dev/null';
  await shell(`for turn in $(seq 50); do ${found} || exit 0; sleep 0.1; done; exit 1`);
}

describe('killed in the middle of the data', () => {
  test('a snapshot leaves nothing under its name, no process, and the next one is complete', async () => {
    const disk = ledger.disk();
    const copy = ledger.add(snapshotOf(disk));
    const device = await attachedNew(disk, 132);
    await shell('head -c 130M /dev/urandom | dd of="$1" bs=1M iflag=fullblock oflag=direct status=none', device);
    await killWhen(halfWritten, 'snapshot', snapshotVariables(disk, copy, 132));
    await noChildLeft();
    expect((await run.attach(copy)).exitCode).toBe(4);
    await done(run.snapshot(disk, copy, 132));
    expect(await workDirectory()).toBe('');
    await shell('cmp "$1" "$2"', imageFile(disk.name), imageFile(copy.name));
  });

  test('a create leaves nothing under its name, no process, and the next one is complete', async () => {
    const disk = ledger.disk({ preallocation: 'full' });
    await killWhen(halfWritten, 'create', { ...identity(disk), VOL_SIZE: '300' }, disk.parameters);
    await noChildLeft();
    expect((await run.attach(disk)).exitCode).toBe(4);
    await done(run.create(disk, 300));
    expect(await workDirectory()).toBe('');
    expect((await statusOf(imageFile(disk.name))).allocated).toBeGreaterThanOrEqual(300 * mebibyte);
  });

  test('remove after a killed create takes what is left of it', async () => {
    const disk = ledger.disk({ preallocation: 'full' });
    await killWhen(halfWritten, 'create', { ...identity(disk), VOL_SIZE: '300' }, disk.parameters);
    await noChildLeft();
    await done(run.remove(disk));
    expect(await workDirectory()).toBe('');
  });
});

/** The system calls by which the verbs change something. */
const steps = ['rename', 'mkdir', 'ftruncate', 'fsync', 'unlink', 'unlinkat', 'rmdir'];

/** Does something with every n, for every step, until the verb is not killed any more. Returns how often it was. */
async function atEveryStep(interrupted: (step: string, count: number) => Promise<boolean>): Promise<number> {
  let killed = 0;
  const chain = async (step: string): Promise<void> => {
    for (let count = 1; await interrupted(step, count); count += 1) killed += 1;
  };
  await Promise.all(steps.map(chain));
  return killed;
}

describe('killed at any step and called again', () => {
  test('create makes the image whole, and nothing but it', async () => {
    const anchor = ledger.disk();
    await attachedNew(anchor, 8);
    const killed = await atEveryStep(async (step, count) => {
      const disk = ledger.disk();
      const wasKilled = await killAt(step, count, 'create', { ...identity(disk), VOL_SIZE: '8' });
      await done(run.create(disk, 8));
      expect((await statusOf(imageFile(disk.name))).bytes, `${step} ${count}`).toBe(8 * mebibyte);
      expect(await workDirectory(), `${step} ${count}`).not.toContain(disk.name);
      return wasKilled;
    });
    expect(killed).toBeGreaterThan(4);
  });

  test('remove removes all of it', async () => {
    const anchor = ledger.disk();
    await attachedNew(anchor, 8);
    const killed = await atEveryStep(async (step, count) => {
      const disk = ledger.disk();
      await done(run.create(disk, 8));
      await done(run.open(disk));
      const wasKilled = await killAt(step, count, 'remove', identity(disk));
      await done(run.remove(disk));
      expect(await everything(), `${step} ${count}`).not.toContain(disk.name);
      return wasKilled;
    });
    expect(killed).toBeGreaterThan(4);
  });

  test('attach ends with one device', async () => {
    const anchor = ledger.disk();
    await attachedNew(anchor, 8);
    const pattern = newPattern(1);
    const killed = await atEveryStep(async (step, count) => {
      const disk = ledger.disk();
      await done(run.create(disk, 8));
      const wasKilled = await killAt(step, count, 'attach', identity(disk));
      const { device } = await attach(disk);
      expect((await attach(disk)).device).toBe(device);
      await write(device, pattern);
      await done(run.detach(disk));
      expect(await shell('grep -h "$1" /sys/block/loop*/loop/backing_file || true', disk.name)).toBe('');
      return wasKilled;
    });
    expect(killed).toBeGreaterThan(4);
  });

  test('setinfo, open and close keep the image usable', async () => {
    const disk = ledger.disk();
    const pattern = newPattern(1);
    const device = await attachedNew(disk, 8);
    await write(device, pattern);
    const killed: string[] = [];
    for (const [verb, values, before] of [
      ['setinfo', { VOL_METADATA: 'new' }, run.open],
      ['open', { VOL_OPEN_EXCLUSIVE: 'True' }, run.close],
      ['close', {}, run.open],
    ] as const)
      for (const step of ['rename', 'fsync', 'unlink']) {
        await done(before(disk));
        if (await killAt(step, 1, verb, { ...identity(disk), ...values })) killed.push(`${verb} at ${step}`);
        expect((await attach(disk)).device).toBe(device);
        await done(run.setinfo(disk, 'next'));
        await done(run.open(disk));
      }
    expect(killed).toHaveLength(9);
    await done(run.close(disk));
    expect(await sizeOf(device)).toBe(8);
    expect(await hashOf(device, 1)).toBe(pattern.hash);
  });
});
