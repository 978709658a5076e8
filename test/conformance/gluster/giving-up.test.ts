import { beforeEach, describe, expect, test } from 'vitest';
import { sizeOf } from '../support/block-device.ts';
import type { Outcome } from '../support/caller.ts';
import { expectRefusal } from '../support/expectations.ts';
import { shell } from '../support/lab.ts';
import { attach, attachedNew, type Disk, done, run, snapshotOf } from '../support/verbs.ts';
import { configure, fakeTool, fuseClient, holdOpen } from './support/faults.ts';
import { everything, gntGluster, imageFile, useGlusterLedger } from './support/storage.ts';

const ledger = useGlusterLedger();

/** What the configuration says, a look every five seconds, and a machine that has much to do. */
const mostSeconds = 40;
const timeLimit = 100_000;
const whatHangs =
  /^[a-z-]+: the volume of [a-z0-9.]+:\/ganeti has given no answer for [0-9]+ seconds, since [-0-9]+T[:0-9]+Z\n/m;

/** A device of another image on the volume. */
let keeper: string;

beforeEach(async () => {
  await configure(ledger, 'give_up = "5s"\n[pool.default]\n');
  // It keeps the volume mounted.
  keeper = await attachedNew(ledger.disk(), 8);
});

/**
 * Has the FUSE client stop just before or just after the provider runs a tool: so the volume answers until then, and no
 * more. Returns what has it run on, and takes the tool away.
 */
async function hangAt(when: 'before' | 'after', tool: string, path: string): Promise<() => Promise<unknown>> {
  const client = await fuseClient();
  const resume = (): Promise<unknown> => shell('rm -f /usr/local/sbin/"$2"; kill -CONT "$1"', client, tool);
  ledger.later(() => shell('kill -CONT "$1"', client));
  const stop = `kill -STOP ${client}`;
  const script = when === 'before' ? `${stop}; exec ${path} "$@"` : `${path} "$@"; status=$?; ${stop}; exit $status`;
  await fakeTool(ledger, tool, script);
  return resume;
}

function expectGivenUp(outcome: Outcome): void {
  expectRefusal(outcome, 7, whatHangs, /^hint: gnt-gluster mount status$/m);
  expect(outcome.seconds).toBeLessThan(mostSeconds);
}

const qemuImg = ['before', 'qemu-img', '/usr/bin/qemu-img'] as const;
/** It finds that the volume answers, and it is the last that does. */
const stat = ['after', 'stat', '/usr/bin/stat'] as const;

describe('a volume that stops answering in the middle', () => {
  test('of a snapshot: it is given up with what hangs, so is its lock, and the next one is complete', async () => {
    const disk = ledger.disk();
    const copy = ledger.add(snapshotOf(disk));
    const device = await attachedNew(disk, 64);
    await shell('head -c 64M /dev/urandom | dd of="$1" bs=1M iflag=fullblock oflag=direct status=none', device);
    await done(run.detach(disk));
    // A mount that nothing uses would be replaced by whoever waits long enough.
    await holdOpen(ledger, keeper);
    const resume = await hangAt(...qemuImg);
    expectGivenUp(await run.snapshot(disk, copy, 64, { timeLimit }));
    // It needs the lock before it finds out for itself that the volume hangs.
    const next = await run.attach(disk, { timeLimit });
    expectRefusal(next, 7);
    expect(next.seconds).toBeLessThan(55);
    await resume();
    await done(run.snapshot(disk, copy, 64));
    await shell('cmp "$1" "$2"', imageFile(disk.name), imageFile(copy.name));
  });

  test('of a create: the next one makes the image', async () => {
    const disk = ledger.disk({ preallocation: 'full' });
    const resume = await hangAt(...qemuImg);
    expectGivenUp(await run.create(disk, 64, { timeLimit }));
    await resume();
    expect((await run.attach(disk)).exitCode).toBe(4);
    await done(run.create(disk, 64));
    await attach(disk);
  });

  test('of a grow: the next one makes the image as large as was asked', async () => {
    const disk = ledger.disk({ preallocation: 'full' });
    await done(run.create(disk, 8));
    const resume = await hangAt(...qemuImg);
    expectGivenUp(await run.grow(disk, 8, 64, { timeLimit }));
    await resume();
    await done(run.grow(disk, 8, 64));
    expect(await sizeOf((await attach(disk)).device)).toBe(64);
  });

  test.each([
    ['remove', (disk: Disk) => run.remove(disk, { timeLimit })],
    ['setinfo', (disk: Disk) => run.setinfo(disk, 'text', { timeLimit })],
    ['open', (disk: Disk) => run.open(disk, true, { timeLimit })],
  ])('of a %s: it is given up, and the next one does it', async (verb, act) => {
    const disk = ledger.disk();
    await done(run.create(disk, 64));
    const resume = await hangAt(...stat);
    expectGivenUp(await act(disk));
    await resume();
    await done(act(disk));
    if (verb === 'remove') expect(await everything()).not.toContain(disk.name);
  });

  test('of an attach: nobody waits for the end of its output, and nothing is there', async () => {
    const disk = ledger.disk();
    await done(run.create(disk, 8));
    const resume = await hangAt('before', 'losetup', '/usr/sbin/losetup');
    expectGivenUp(await run.attach(disk, { timeLimit }));
    await resume();
    await attach(disk);
  });

  test('of gnt-gluster image list: it is given up, and the next one lists', async () => {
    const disk = ledger.disk();
    await done(run.create(disk, 8));
    const resume = await hangAt(...stat);
    const outcome = await gntGluster(['image', 'list'], timeLimit);
    await resume();
    expect(outcome).toMatchObject({ exitCode: 7, json: undefined, said: expect.stringMatching(whatHangs) });
    const { json } = await gntGluster(['image', 'list']);
    expect(json).toContainEqual(expect.objectContaining({ name: disk.name }));
  });
});

test('work that takes longer than a volume may be silent is not given up while the volume answers', async () => {
  const disk = ledger.disk({ preallocation: 'full' });
  await fakeTool(ledger, 'qemu-img', 'sleep 25; exec /usr/bin/qemu-img "$@"');
  const outcome = await done(run.create(disk, 8, { timeLimit }));
  expect(outcome.seconds).toBeGreaterThan(25);
});
