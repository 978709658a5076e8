import { describe, expect, test } from 'vitest';
import { expectRefusal } from '../support/expectations.ts';
import { shell } from '../support/lab.ts';
import { attachedNew, type Disk, done, run, snapshotOf } from '../support/verbs.ts';
import { ganetiKnows, otherNode, restart } from './support/other-nodes.ts';
import { imagesDirectory, leasesOf, providerMount, useGlusterLedger } from './support/storage.ts';

const ledger = useGlusterLedger();
const here = { name: 'node1.lab', wrapper: [] as readonly string[], shell };

/** A new disk, attached here. */
async function newDisk(): Promise<Disk> {
  const disk = ledger.disk();
  await attachedNew(disk, 8);
  return disk;
}

describe('an image that one node has', () => {
  test('is not opened by another, until it is closed, or detached', async () => {
    const disk = await newDisk();
    const there = await otherNode(ledger, 'node2.lab');
    await done(run.open(disk));
    for (const exclusive of [true, false])
      expectRefusal(
        await run.open(disk, exclusive, there),
        6,
        /leased to node1\.lab \(exclusive, since 20\d\d-/,
        new RegExp(`hint: .*gnt-gluster lease list ${disk.name}.*gnt-gluster lease break ${disk.name}`),
      );
    await done(run.close(disk, there));
    expect(await leasesOf(disk)).toEqual(['node1.lab exclusive']);
    await done(run.close(disk));
    await done(run.open(disk, true, there));
    expectRefusal(await run.open(disk), 6, /leased to node2\.lab/);
    await done(run.detach(disk, there));
    expect(await leasesOf(disk)).toEqual([]);
    await done(run.open(disk));
  });

  test('is neither removed nor copied by another, and a dead owner is no reason to keep it', async () => {
    const disk = await newDisk();
    const copy = ledger.add(snapshotOf(disk));
    const there = await otherNode(ledger, 'node2.lab');
    await done(run.open(disk, true, there));
    expectRefusal(await run.snapshot(disk, copy, 8), 6, /node2\.lab/);
    await done(run.detach(disk));
    expectRefusal(await run.remove(disk), 6, /node2\.lab/);
    await done(run.grow(disk, 8, 9));
    await ganetiKnows(ledger, ['node1.lab', 'node2.lab'], ['node2.lab']);
    expect((await done(run.snapshot(disk, copy, 9))).said).toMatch(/warning: .*dead node: node2\.lab/);
    expect((await done(run.remove(disk))).said).toMatch(/warning: .*node2\.lab .*marked offline/);
    await done(run.close(disk, there));
    await done(run.detach(disk, there));
  });

  test('is given back by detach without a record, and without a device', async () => {
    const disk = await newDisk();
    await newDisk();
    await done(run.open(disk));
    await shell('rm "$1"', `/run/ganeti-gluster/images/${disk.name}`);
    await done(run.detach(disk));
    expect(await leasesOf(disk)).toEqual([]);
    await done(run.open(disk));
    await shell('rm "$1"', `/run/ganeti-gluster/images/${disk.name}`);
    await done(run.detach(disk));
    expect(await leasesOf(disk)).toEqual([]);
  });

  test('stays its own when it is detached while the volume does not answer', async () => {
    const disk = await newDisk();
    await done(run.open(disk));
    await shell('pkill -KILL -f "^/usr/sbin/glusterfs .*$1\\$"', providerMount());
    expect((await done(run.detach(disk))).said).toMatch(/warning: .*stays leased to this node/);
    expect(await leasesOf(disk)).toEqual(['node1.lab exclusive']);
    await done(run.open(disk));
  });
});

describe('Ganeti moves a guest', () => {
  /** The calls of instance_migration.py up to where the memory moves. */
  async function startMoving(disk: Disk, source: typeof here, target: typeof here): Promise<void> {
    await done(run.attach(disk, target));
    await done(run.close(disk, target));
    await done(run.attach(disk, source));
    await done(run.open(disk, false, source));
    await done(run.attach(disk, target));
    await done(run.open(disk, false, target));
    expect(await leasesOf(disk)).toEqual([`${source.name} shared`, `${target.name} shared`].sort());
  }

  async function move(disk: Disk, source: typeof here, target: typeof here): Promise<void> {
    await startMoving(disk, source, target);
    await done(run.attach(disk, source));
    await done(run.close(disk, source));
    await done(run.attach(disk, target));
    await done(run.open(disk, true, target));
    await done(run.attach(disk, source));
    await done(run.detach(disk, source));
    expect(await leasesOf(disk)).toEqual([`${target.name} exclusive`]);
  }

  test('there and back', async () => {
    const disk = await newDisk();
    const there = await otherNode(ledger, 'node2.lab');
    await done(run.open(disk));
    await move(disk, here, there);
    await move(disk, there, here);
    await done(run.detach(disk));
    expect(await leasesOf(disk)).toEqual([]);
  });

  test('in vain: the target gives its lease back, the source has it alone again', async () => {
    const disk = await newDisk();
    const there = await otherNode(ledger, 'node2.lab');
    await done(run.open(disk));
    await startMoving(disk, here, there);
    await done(run.close(disk, there));
    await done(run.detach(disk, there));
    await done(run.open(disk));
    expect(await leasesOf(disk)).toEqual(['node1.lab exclusive']);
    await move(disk, here, there);
    await done(run.detach(disk, there));
  });

  test('in vain, and the target keeps its lease: no second user, and every way out works', async () => {
    const disk = await newDisk();
    const there = await otherNode(ledger, 'node2.lab');
    const third = await otherNode(ledger, 'node3.lab');
    await done(run.open(disk));
    await startMoving(disk, here, there);
    const both = ['node1.lab shared', 'node2.lab shared'];
    // The guest may run on either: neither gets it alone, nor a third node at all.
    expectRefusal(await run.open(disk), 6, /node2\.lab \(shared/, /hint: .*migrate --cleanup/);
    expectRefusal(await run.open(disk, true, there), 6, /node1\.lab \(shared/);
    expectRefusal(await run.open(disk, false, third), 6, /node1\.lab \(shared.*node2\.lab \(shared/);
    expect(await leasesOf(disk)).toEqual(both);
    // Tried again.
    await move(disk, here, there);
    await startMoving(disk, there, here);
    // gnt-instance migrate --cleanup, with the guest where it was.
    await done(run.close(disk, here));
    await done(run.open(disk, true, there));
    await startMoving(disk, there, here);
    // A failover to the target.
    await done(run.close(disk, there));
    await done(run.detach(disk, there));
    await done(run.open(disk));
    expect(await leasesOf(disk)).toEqual(['node1.lab exclusive']);
    await startMoving(disk, here, there);
    // The target is given up.
    await ganetiKnows(ledger, ['node1.lab', 'node2.lab'], ['node2.lab']);
    expect((await done(run.open(disk))).said).toMatch(/warning: .*node2\.lab \(shared.*is broken.*offline/);
    await done(run.detach(disk, there));
    expect(await leasesOf(disk)).toEqual(['node1.lab exclusive']);
  });
});

describe('a node that is dead', () => {
  test('because Ganeti lists it as offline: its lease is broken', async () => {
    const disk = await newDisk();
    const there = await otherNode(ledger, 'node2');
    await done(run.open(disk, true, there));
    await ganetiKnows(ledger, ['node1.lab', 'node2.lab', 'node2.other'], ['node2.lab']);
    expectRefusal(await run.open(disk), 6, /leased to node2 /);
    await ganetiKnows(ledger, ['node1.lab', 'node2.lab'], ['node2.lab']);
    expect((await done(run.open(disk))).said).toMatch(/warning: .*node2 .*is broken.*offline/);
    expectRefusal(await run.open(disk, true, there), 6, /node1\.lab/);
    await done(run.close(disk, there));
    expect(await leasesOf(disk)).toEqual(['node1.lab exclusive']);
    await done(run.detach(disk, there));
  });

  test('but is back by now, which an old list does not know: its lease is respected', async () => {
    const disk = await newDisk();
    const there = await otherNode(ledger, 'node2.lab');
    await ganetiKnows(ledger, ['node1.lab', 'node2.lab'], ['node2.lab']);
    await shell('touch -d "1 hour ago" /var/lib/ganeti/ssconf_offline_nodes');
    await done(run.open(disk, true, there));
    expectRefusal(await run.open(disk), 6, /node2\.lab/);
    await done(run.detach(disk, there));
  });

  test('because it was restarted: its lease is broken as soon as it has mounted the volume', async () => {
    const [disk, another] = [await newDisk(), await newDisk()];
    const there = await otherNode(ledger, 'node2.lab');
    await done(run.open(disk, true, there));
    await restart(ledger, there);
    expectRefusal(await run.open(disk), 6, /node2\.lab/);
    // Its mount and its records are gone with the restart.
    await there.shell('rm -f /run/ganeti-gluster/images/*; umount /run/ganeti-gluster/mnt/default/ganeti');
    await done(run.attach(another, there));
    expect((await done(run.open(disk))).said).toMatch(/warning: .*node2\.lab .*is broken.*restarted/);
    await done(run.detach(another, there));
  });

  test('and was this very node: its lease is replaced', async () => {
    const disk = await newDisk();
    const there = await otherNode(ledger, 'node2.lab');
    await done(run.open(disk, true, there));
    const before = await shell('ls "$1"/*/lease', imagesDirectory());
    await restart(ledger, there);
    expect((await done(run.open(disk, true, there))).said).not.toMatch(/warning/);
    expect(await shell('ls "$1"/*/lease', imagesDirectory())).not.toBe(before);
    expectRefusal(await run.open(disk), 6, /node2\.lab/);
    await done(run.detach(disk, there));
  });
});
