import { describe, expect, test } from 'vitest';
import { hashOf, newPattern, write } from '../support/block-device.ts';
import { expectRefusal } from '../support/expectations.ts';
import { shell } from '../support/lab.ts';
import { providerDirectory } from '../support/provider.ts';
import { attach, attachedNew, type Disk, done, identity, run, snapshotOf } from '../support/verbs.ts';
import { configure } from './support/faults.ts';
import { killAt } from './support/interruptions.ts';
import { type OtherNode, otherNode } from './support/other-nodes.ts';
import { everything, gntGluster, imageFile, imageInfo, imagesDirectory, useGlusterLedger } from './support/storage.ts';
import { mountRoot, volumes } from './support/volumes.ts';

const ledger = useGlusterLedger();

const pool = (settings: string, volume: string = volumes.main): string =>
  `[pool.default]\nvolumes = ["${volume}"]\n${settings}\n`;

/** A trash for the test that is purged after it. */
async function withTrash(settings = 'trash = "1h"', volume?: string): Promise<void> {
  await configure(ledger, pool(settings, volume));
  // No other node was heard of, as by the test before.
  await shell('rm -f "$1"/*/images/.nodes/*', mountRoot);
  ledger.later(() => shell('rm -rf "$1"/*/images/.trash', mountRoot));
}

/** Removes disks after the test for good, before the trash goes. */
function disk(parameters?: Readonly<Record<string, string>>): Disk {
  return ledger.disk(parameters);
}

/** Makes entries of the trash look older than they are. */
async function age(hours: number): Promise<void> {
  const script = `cd "$1/.trash"
    for entry in *; do
      time=$(echo "$entry" | sed 's/.*@[a-z]*-\\(.*Z\\)@.*/\\1/')
      older=$(date -u -d "$time - $2 hours" +%Y-%m-%dT%H:%M:%S.000Z)
      mv "$entry" "$(echo "$entry" | sed "s/$time/$older/")"
    done`;
  await shell(script, imagesDirectory(), String(hours));
}

/** A node mounts the volume, which tells the others that it is alive and what its clock says. */
async function mountThere(there: OtherNode): Promise<void> {
  await there.shell('"$1" image list >/dev/null', `${providerDirectory}/gnt-gluster`);
}

async function trashed(): Promise<readonly unknown[]> {
  const { json } = await gntGluster(['trash', 'list']);
  return Array.isArray(json) ? json : [];
}

describe('a removed image', () => {
  test('is gone for every verb, its name can be used again, and it comes back with its data', async () => {
    await withTrash();
    const one = disk();
    const pattern = newPattern(1);
    await write(await attachedNew(one, 8), pattern);
    await done(run.setinfo(one, 'originstname+web1'));
    await done(run.detach(one));
    await done(run.remove(one));
    await done(run.remove(one));
    expectRefusal(await run.attach(one), 4);
    expectRefusal(await run.grow(one, 8, 9), 4);
    expectRefusal(await run.setinfo(one, 'a'), 4);
    await done(run.detach(one));
    await done(run.close(one));
    expect((await gntGluster(['image', 'info', one.name])).exitCode).toBe(4);
    expect((await gntGluster(['image', 'list'])).json).toEqual([]);
    expect(await trashed()).toEqual([
      expect.objectContaining({ name: one.name, node: 'node1.lab', size: 8 * 1024 * 1024, reason: 'removed' }),
    ]);

    await done(run.create(one, 9));
    expect(await gntGluster(['image', 'undelete', one.name])).toMatchObject({ exitCode: 5 });
    await done(run.remove(one));
    expect(await trashed()).toHaveLength(2);

    // The newest is not the one that is wanted.
    const times = (await trashed()).map((entry) => (entry as { readonly when: string }).when);
    const before = await everything();
    expect((await gntGluster(['image', 'undelete', one.name, '--time', times[0] ?? '', '--dry-run'])).exitCode).toBe(0);
    expect(await everything()).toBe(before);
    expect((await gntGluster(['image', 'undelete', one.name, '--time', '2001-01-01T00:00:00.000Z'])).exitCode).toBe(4);
    expect((await gntGluster(['image', 'undelete', one.name, '--time', times[0] ?? ''])).exitCode).toBe(0);
    expect(await imageInfo(one.name)).toMatchObject({
      uuid: one.uuid,
      info: 'originstname+web1',
      size: 8 * 1024 * 1024,
    });
    expect((await gntGluster(['lease', 'list', one.name])).json).toEqual([]);
    expect(await hashOf((await attach(one)).device, 1)).toBe(pattern.hash);
    expect(await trashed()).toHaveLength(1);
  });

  test('the newest of several comes back unless told', async () => {
    await withTrash();
    const one = disk();
    for (const size of [8, 9, 10]) {
      await done(run.create(one, size));
      await done(run.remove(one));
    }
    expect((await gntGluster(['image', 'undelete', one.name])).exitCode).toBe(0);
    expect(await imageInfo(one.name)).toMatchObject({ size: 10 * 1024 * 1024 });
    expect((await gntGluster(['image', 'undelete', 'nobody'])).exitCode).toBe(4);
    expect((await gntGluster(['image', 'undelete', '../x'])).exitCode).toBe(3);
  });

  test('is purged by a later create or remove once its time is over, and by trash purge', async () => {
    await withTrash();
    const [one, two, three] = [disk(), disk(), disk()];
    const there = await otherNode(ledger, 'node2.lab');
    await shell('rm -f "$1"/.nodes/*', imagesDirectory());
    await done(run.create(one, 8));
    await done(run.remove(one));
    await age(2);
    // One clock is not enough: another node has to be heard of.
    expect((await done(run.create(two, 8))).said).toBe('');
    expect(await gntGluster(['trash', 'purge'])).toMatchObject({
      json: { purged: [], kept: [expect.objectContaining({ name: one.name, why: expect.stringContaining('clock') })] },
    });
    await done(run.remove(two));
    await mountThere(there);
    expect((await done(run.create(two, 8))).said).toMatch(/^1 image purged from the trash of volume ganeti/m);
    expect(await trashed()).toEqual([expect.objectContaining({ name: two.name })]);
    await done(run.remove(two));
    await age(2);
    await mountThere(there);
    await done(run.create(three, 8));
    await done(run.remove(three));
    expect(await trashed()).toEqual([expect.objectContaining({ name: three.name })]);

    const before = await everything();
    expect(await gntGluster(['trash', 'purge'])).toMatchObject({ exitCode: 0, json: { purged: [] } });
    expect(await gntGluster(['trash', 'purge', '--all', '--dry-run'])).toMatchObject({
      exitCode: 0,
      json: { dryRun: true, purged: [expect.objectContaining({ name: three.name })] },
    });
    expect(await everything()).toBe(before);
    expect(await gntGluster(['trash', 'purge', one.name])).toMatchObject({ exitCode: 4 });
    expect((await gntGluster(['trash', 'purge', '--all'])).exitCode).toBe(0);
    expect(await everything()).not.toContain(three.name);
  });

  test('is not purged by a node whose clock is ahead, whatever it does, and the others still can bring it back', async () => {
    await withTrash('trash = "7d"');
    const [one, two] = [disk(), disk()];
    const there = await otherNode(ledger, 'node2.lab');
    await done(run.create(one, 8));
    await done(run.remove(one));
    const ahead = {
      ...there,
      daemon: {
        LD_PRELOAD: '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
        FAKETIME: '+30d',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      },
    };
    await done(run.create(two, 8, ahead));
    await done(run.remove(two, ahead));
    expect(await trashed()).toHaveLength(2);
    // This node is heard of with its next verb: its clock denies what that one says.
    await done(run.remove(disk()));
    expect((await done(run.create(two, 8, ahead))).said).toMatch(/warning: .*by the clock of node1\.lab: .*disagree/);
    expect(await trashed()).toHaveLength(2);
    expect((await gntGluster(['image', 'undelete', one.name])).exitCode).toBe(0);
  });

  test('that is a snapshot is deleted at once', async () => {
    await withTrash();
    const one = disk();
    const copy = ledger.add(snapshotOf(one));
    await done(run.create(one, 8));
    await done(run.snapshot(one, copy, 8));
    await done(run.remove(copy));
    expect(await trashed()).toEqual([]);
    expect(await everything()).not.toContain(copy.name);
  });

  test('counts as space: who finds no room is told of the trash', async () => {
    await withTrash('trash = "1h"\nreserve = "5%"', volumes.small);
    const [one, two] = [disk({ preallocation: 'falloc' }), disk({ preallocation: 'falloc' })];
    await done(run.create(one, 120));
    await done(run.remove(one));
    expectRefusal(await run.create(two, 120), 8, /images in the trash hold 1[0-9.]+ MiB/, /^hint: .*trash purge/m);
    expect((await gntGluster(['trash', 'purge', one.name])).exitCode).toBe(0);
    // Gluster deletes the shards of a file a moment later.
    await shell('until [ "$(df --output=avail -m /bricks/small | tail -n 1)" -gt 150 ]; do sleep 0.1; done');
    await done(run.create(two, 120));
  });

  test('a trash that cannot be purged keeps no verb from its work', async () => {
    await withTrash();
    const [one, two] = [disk(), disk()];
    const there = await otherNode(ledger, 'node2.lab');
    await done(run.create(one, 8));
    await done(run.remove(one));
    await age(2);
    await mountThere(there);
    const onBrick = '/bricks/ganeti/brick/images/.trash';
    ledger.later(() => shell('chattr -R -i "$1"', onBrick));
    await shell('chattr +i "$1"/*', onBrick);
    expect((await done(run.create(two, 8))).said).toMatch(/^warning: .*could not be purged/);
    expect((await done(run.remove(two))).said).toMatch(/^warning: .*could not be purged/);
    expect(await trashed()).toHaveLength(2);
  });
});

/** The system calls by which remove and undelete change something. */
const steps = ['rename', 'mkdir', 'unlink', 'unlinkat', 'rmdir'];

test('remove killed at any step leaves the image whole or in the trash, and ends when called again', async () => {
  await withTrash();
  const anchor = disk();
  await attachedNew(anchor, 8);
  let killed = 0;
  for (const step of steps)
    for (let count = 1, more = true; more; count += 1) {
      const one = disk();
      await done(run.create(one, 8));
      more = await killAt(step, count, 'remove', identity(one));
      if (more) killed += 1;
      await done(run.remove(one));
      expect((await run.attach(one)).exitCode, `${step} ${count}`).toBe(4);
      expect((await gntGluster(['image', 'undelete', one.name])).exitCode, `${step} ${count}`).toBe(0);
      expect(await shell('stat -c %s "$1"', imageFile(one.name))).toBe('8388608\n');
    }
  expect(killed).toBeGreaterThan(2);
});
