import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { hashOf, newPattern, write } from '../support/block-device.ts';
import { shell } from '../support/lab.ts';
import { attach, attachedNew, done, run, snapshotOf } from '../support/verbs.ts';
import { asQemu, configure } from './support/faults.ts';
import { fakeGaneti, ganetiWithDisk } from './support/ganeti.ts';
import { otherNode } from './support/other-nodes.ts';
import { everything, gntGluster, imageFile, imageInfo, imagesDirectory, useGlusterLedger } from './support/storage.ts';
import { mountRoot, volumes } from './support/volumes.ts';

const ledger = useGlusterLedger();

const remove = (name: string, ...args: readonly string[]) => gntGluster(['image', 'remove', name, ...args]);

/** What is there once the tests' own client sees that this node is known to be alive, which the first command tells. */
async function settled(): Promise<string> {
  await gntGluster(['image', 'list']);
  await shell('until [ -d "$1/.nodes" ]; do sleep 0.1; done', imagesDirectory());
  for (let before = await everything(); ; ) {
    await sleep(1100);
    const now = await everything();
    if (now === before) return now;
    before = now;
  }
}

/** It is refused, with and without a dry run, and nothing changes. */
async function expectUnchanged(exitCode: number, reason: RegExp, name: string, ...args: readonly string[]) {
  const before = await settled();
  for (const dry of [['--dry-run'], []]) {
    const outcome = await remove(name, ...args, ...dry);
    expect(outcome.exitCode, outcome.said).toBe(exitCode);
    expect(outcome.said).toMatch(reason);
  }
  expect(await everything()).toBe(before);
}

describe('the disk of an instance is not removed by mistake', () => {
  test('where Ganeti cannot be asked, unless forced', async () => {
    const disk = ledger.disk();
    await done(run.create(disk, 8));
    const reason = /Ganeti cannot be asked whether image(.|\n)*command: gnt-cluster getmaster(.|\n)*--force/;
    await expectUnchanged(10, reason, disk.name);
    await fakeGaneti(ledger, { master: 'echo node2.lab' });
    await expectUnchanged(11, /cannot be asked(.|\n)*node2\.lab(.|\n)*--force/, disk.name);

    const before = await everything();
    const what = { name: disk.name, pool: 'default', volume: 'ganeti', size: 8 * 1024 ** 2, removal: 'deleted' };
    expect(await remove(disk.name, '--force', '--dry-run')).toMatchObject({
      exitCode: 0,
      json: { dryRun: true, ...what },
    });
    expect(await everything()).toBe(before);
    expect(await remove(disk.name, '--force')).toMatchObject({ exitCode: 0, json: { dryRun: false, ...what } });
    expect(await everything()).not.toContain(disk.name);
    expect(await remove(disk.name, '--force')).toMatchObject({
      exitCode: 4,
      said: expect.stringContaining('there is no image'),
    });
  });

  test('while Ganeti refers to it, by its name or by its UUID', async () => {
    const [disk, other] = [ledger.disk(), ledger.disk()];
    await done(run.create(disk, 8));
    await done(run.create(other, 8));
    await ganetiWithDisk(ledger, 'another-uuid', disk.name);
    await expectUnchanged(6, /is a disk of inst1\.lab(.|\n)*--force/, disk.name);
    await ganetiWithDisk(ledger, disk.uuid, 'another.ext.disk0');
    await expectUnchanged(6, /is the disk another\.ext\.disk0 of inst1\.lab/, disk.name);
    expect(await remove(other.name)).toMatchObject({ exitCode: 0, json: { removal: 'deleted' } });
    expect(await everything()).not.toContain(other.name);
    expect((await remove(disk.name, '--force')).exitCode).toBe(0);
  });

  test('of another cluster', async () => {
    const disk = ledger.disk();
    await done(run.create(disk, 8));
    await fakeGaneti(ledger, { configuration: '{"cluster": {"uuid": "ours"}, "instances": {}, "disks": {}}' });
    const label = `${imagesDirectory()}/${disk.name}/image.json`;
    await shell('sed -i \'s/^{/{"cluster": "theirs", "clusterName": "other.lab",/\' "$1"', label);
    expect(await imageInfo(disk.name)).toMatchObject({ uuid: disk.uuid, damage: null });
    await expectUnchanged(6, /belongs to another Ganeti cluster, other\.lab/, disk.name);
  });
});

describe('an image that somebody has stays, also with --force', () => {
  test('attached, or used by libgfapi', async () => {
    const disk = ledger.disk();
    await attachedNew(disk, 8);
    await expectUnchanged(6, /is attached to \/dev\/loop/, disk.name, '--force');
    await done(run.detach(disk));
    const user = await asQemu(ledger, `-drive file=gluster://node1.lab/ganeti/images/${disk.name}/disk`);
    await expectUnchanged(6, /is in use by disk/, disk.name, '--force');
    await user.end();
    expect((await remove(disk.name, '--force')).exitCode).toBe(0);
  });

  test('leased to another node', async () => {
    const disk = ledger.disk();
    const there = await otherNode(ledger, 'node2.lab');
    await done(run.create(disk, 8));
    await done(run.open(disk, true, there));
    await expectUnchanged(6, /is leased to node2\.lab/, disk.name, '--force');
    await done(run.detach(disk, there));
    expect((await remove(disk.name, '--force')).exitCode).toBe(0);
  });
});

test('it goes to the trash where the pool has one, and comes back; a snapshot is deleted', async () => {
  await configure(ledger, `[pool.default]\nvolumes = ["${volumes.main}"]\ntrash = "1h"\n`);
  ledger.later(() => shell('rm -rf "$1"/*/images/.trash', mountRoot));
  await fakeGaneti(ledger, {});
  const disk = ledger.disk();
  const copy = ledger.add(snapshotOf(disk));
  const pattern = newPattern(1);
  await write(await attachedNew(disk, 8), pattern);
  await done(run.detach(disk));
  await done(run.snapshot(disk, copy, 8));
  expect(await remove(copy.name)).toMatchObject({ exitCode: 0, json: { removal: 'deleted' } });
  expect(await remove(disk.name, '--dry-run')).toMatchObject({ exitCode: 0, json: { removal: 'trashed' } });
  expect(await remove(disk.name)).toMatchObject({ exitCode: 0, json: { removal: 'trashed' } });
  expect((await gntGluster(['trash', 'list'])).json).toEqual([
    expect.objectContaining({ name: disk.name, reason: 'removed' }),
  ]);
  expect((await gntGluster(['image', 'undelete', disk.name])).exitCode).toBe(0);
  expect(await hashOf((await attach(disk)).device, 1)).toBe(pattern.hash);
});

test('what is left of an image that was never finished is taken away, and nobody need ask Ganeti', async () => {
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  const left = `${imagesDirectory()}/.work/half.ext.disk0@node9.lab@7`;
  ledger.later(() => shell('rm -rf "$1"', left));
  await shell('mkdir -p "$1"; echo x >"$1/disk"', left);
  const before = await everything();
  expect(await remove('half.ext.disk0', '--dry-run')).toMatchObject({ exitCode: 0, json: { removal: 'swept' } });
  expect(await everything()).toBe(before);
  expect(await remove('half.ext.disk0')).toMatchObject({ exitCode: 0, json: { removal: 'swept', size: null } });
  expect(await everything()).not.toContain('half.ext.disk0');
  expect(await shell('stat -c %s "$1"', imageFile(disk.name))).toBe('8388608\n');
});

test('of two images of one name the one of the pool that is said', async () => {
  await configure(
    ledger,
    `default_pool = "a"\n[pool.a]\nvolumes = ["${volumes.main}"]\n[pool.b]\nvolumes = ["${volumes.main}"]\ndirectory = "others"\n`,
  );
  ledger.later(() => shell('rm -rf "$1"/*/others', mountRoot));
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  const root = `${mountRoot}/${volumes.main}`;
  await shell('mkdir "$1/others"; cp -r "$1/images/$2" "$1/others/"', root, disk.name);
  const there = (place: string) => shell('ls "$1"', `${root}/${place}`);
  expect(await remove(disk.name, '--force')).toMatchObject({ exitCode: 5, said: expect.stringContaining('--pool') });
  expect(await remove(disk.name, '--force', '--pool', 'b')).toMatchObject({ exitCode: 0, json: { pool: 'b' } });
  expect([await there('others'), await there('images')]).toEqual(['', `${disk.name}\n`]);
  // What is in another pool is not what was asked for.
  expect(await remove(disk.name, '--force', '--pool', 'b')).toMatchObject({ exitCode: 4 });
  expect(await there('images')).toBe(`${disk.name}\n`);
});
