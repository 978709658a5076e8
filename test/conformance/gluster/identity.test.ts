import { describe, expect, test } from 'vitest';
import { expectRefusal } from '../support/expectations.ts';
import { lines, shell } from '../support/lab.ts';
import { attachedNew, type Disk, done, run, snapshotOf } from '../support/verbs.ts';
import { ganetiKnows, otherNode, restart } from './support/other-nodes.ts';
import { gntGluster, imageInfo, imagesDirectory, leasesOf, useGlusterLedger } from './support/storage.ts';

const ledger = useGlusterLedger();

/** A new disk, attached here. */
async function newDisk(): Promise<Disk> {
  const disk = ledger.disk();
  await attachedNew(disk, 8);
  return disk;
}

/** What nodes made known on the volume: NODE@RUN-MACHINE. */
async function published(): Promise<readonly string[]> {
  return await lines('ls "$1/.nodes"', imagesDirectory());
}

/** The machine that has a disk. */
async function machineOf({ name }: Disk): Promise<string> {
  const { leases } = (await imageInfo(name)) as { readonly leases: readonly { readonly machine: string }[] };
  expect(leases).toMatchObject([{ machine: expect.stringMatching(/^[0-9a-f]{12}$/) }]);
  return leases[0]?.machine ?? '';
}

/** Puts another name in the place of that of the file of an image's leases. */
async function rewriteLease({ name }: Disk, change: string): Promise<void> {
  await shell('cd "$1/lease"; mv * "$(ls | sed "$2")"', `${imagesDirectory()}/${name}`, change);
}

describe('two machines with one host name', () => {
  test.each(['node1.lab', 'node1'])('are two nodes, also when one calls itself %s', async (name) => {
    const disk = await newDisk();
    const copy = ledger.add(snapshotOf(disk));
    const there = await otherNode(ledger, name);
    await ganetiKnows(ledger, ['node1.lab', 'node2.lab'], []);
    await done(run.open(disk));
    await done(run.attach(disk, there));
    const refusal = await run.open(disk, true, there);
    expectRefusal(
      refusal,
      6,
      /leased to node1\.lab .*another machine with the name of this node/s,
      /hint: .*lease break/,
    );
    expect(refusal.said).not.toMatch(/offline=yes/);
    expectRefusal(await run.snapshot(disk, copy, 8, there), 6, /node1\.lab/);
    expect((await done(run.close(disk, there))).said).toMatch(
      /warning: .*stays leased to node1\.lab .*another machine/,
    );
    expect((await done(run.detach(disk, there))).said).toMatch(
      /warning: .*stays leased to node1\.lab .*another machine/,
    );
    expectRefusal(await run.remove(disk, there), 6, /node1\.lab/);
    expect(await leasesOf(disk)).toEqual(['node1.lab exclusive']);
    await done(run.detach(disk));
    await done(run.open(disk, true, there));
    expectRefusal(await run.open(disk), 6, /another machine with the name/);
    expect((await gntGluster(['lease', 'list', disk.name])).json).toMatchObject([
      { node: name, machine: expect.stringMatching(/^[0-9a-f]{12}$/), state: 'another machine of this name' },
    ]);
    await done(run.close(disk, there));
  });

  test('leave each other alone what they are making', async () => {
    const [mine, theirs] = [await newDisk(), ledger.disk()];
    await done(run.open(mine));
    const machine = await machineOf(mine);
    const there = await otherNode(ledger, 'node1.lab');
    const draft = `${imagesDirectory()}/.work/${theirs.name}@node1.lab+${machine}@99`;
    await shell('mkdir -p "$1"', draft);
    await done(run.create(theirs, 8, there));
    await shell('test -d "$1"', draft);
    await done(run.remove(theirs, there));
    await shell('mkdir -p "$1"', draft);
    await done(run.create(theirs, 8));
    await shell('! test -e "$1"', draft);
  });
});

describe('a node that was renamed', () => {
  test('while it runs has its image still, and gives it back', async () => {
    const disk = await newDisk();
    const there = await otherNode(ledger, 'node2.lab');
    await done(run.open(disk, true, there));
    await there.shell('hostname renamed.lab');
    await done(run.open(disk, true, there));
    expectRefusal(await run.open(disk), 6, /node2\.lab/);
    await done(run.close(disk, there));
    expect(await leasesOf(disk)).toEqual([]);
  });

  test('and restarted gets its image back, and gives back what it had', async () => {
    const [disk, another] = [await newDisk(), await newDisk()];
    const there = await otherNode(ledger, 'node2.lab');
    for (const each of [disk, another]) await done(run.open(each, true, there));
    const machine = await machineOf(disk);
    await restart(ledger, there);
    await there.shell('hostname renamed.lab');
    await ganetiKnows(ledger, ['node1.lab', 'renamed.lab'], []);
    expect((await done(run.open(disk, true, there))).said).toBe('');
    expect(await leasesOf(disk)).toEqual(['renamed.lab exclusive']);
    await done(run.detach(another, there));
    expect(await leasesOf(another)).toEqual([]);
    const runs = (await published()).filter((run) => run.endsWith(machine));
    expect(runs).toEqual([expect.stringMatching(/^renamed\.lab@/)]);
    await done(run.detach(disk, there));
  });

  test('is not taken for itself where no list of Ganeti tells: both explanations are given', async () => {
    const disk = await newDisk();
    const there = await otherNode(ledger, 'node2.lab');
    await done(run.open(disk, true, there));
    await restart(ledger, there);
    await there.shell('hostname renamed.lab');
    const explained = /node2\.lab has the machine id of this node, renamed\.lab: .*that name before, or is a copy/;
    expectRefusal(await run.open(disk, true, there), 6, explained, /hint: .*lease break/);
    expect((await done(run.close(disk, there))).said).toMatch(explained);
    await gntGluster(['lease', 'break', disk.name]);
    await done(run.open(disk, true, there));
    await done(run.detach(disk, there));
  });
});

describe('a machine that was copied', () => {
  test('and is another node of the cluster is another node, and it is said that both have one machine id', async () => {
    const disk = await newDisk();
    const there = await otherNode(ledger, 'node2.lab', { machine: 'shared' });
    await restart(ledger, there);
    await ganetiKnows(ledger, ['node1.lab', 'node2.lab'], []);
    await done(run.open(disk, true, there));
    expectRefusal(
      await run.open(disk),
      6,
      /node2\.lab and this node, node1\.lab, have the same machine id/,
      /machine-id/,
    );
    expect((await gntGluster(['lease', 'list', disk.name])).json).toMatchObject([
      { node: 'node2.lab', remark: expect.stringContaining('the same machine id') },
    ]);
    await done(run.detach(disk));
    expect(await leasesOf(disk)).toEqual(['node2.lab exclusive']);
    await done(run.detach(disk, there));
  });

  test('and has the name, too, is told so, and so is this node', async () => {
    const [disk, another] = [await newDisk(), ledger.disk()];
    const there = await otherNode(ledger, 'node1.lab', { machine: 'shared' });
    await restart(ledger, there, { seconds: -3600 });
    await done(run.open(disk));
    const loud = /another machine has the name and the machine id of this node, node1\.lab/;
    const remedy = /hint: .*rm \/etc\/machine-id; systemd-machine-id-setup; reboot/;
    for (const _ of [1, 2]) expectRefusal(await run.open(disk, true, there), 9, loud, remedy);
    expectRefusal(await run.remove(disk, there), 9, loud);
    expect(await leasesOf(disk)).toEqual(['node1.lab exclusive']);
    // It hears of it once; then it works on, and what the other one has stays out of its reach.
    await done(run.create(another, 8));
    expectRefusal(await run.open(another), 9, loud, remedy);
    await done(run.open(another));
    await done(run.detach(another));
  });

  test('is no explanation for ever when it was a wrong clock: the message has the remedy', async () => {
    const disk = await newDisk();
    const there = await otherNode(ledger, 'node2.lab');
    await done(run.open(disk, true, there));
    // As if its clock had been an hour ahead before.
    await restart(ledger, there, { seconds: -3600 });
    const remedy = /hint: .*gnt-gluster lease break/;
    for (const _ of [1, 2]) expectRefusal(await run.open(disk, true, there), 9, /clock of this node was ahead/, remedy);
    expect((await gntGluster(['lease', 'break', disk.name])).exitCode).toBe(0);
    await done(run.open(disk, true, there));
    await done(run.detach(disk, there));
  });
});

describe('a lease from before leases told the machine', () => {
  /** The run of this node as it was written then. */
  async function oldBoot(): Promise<string> {
    const script = `printf '%s-%s' "$(tr -d - </proc/sys/kernel/random/boot_id | cut -c 1-12)" "$(sed 's/.*) //' /proc/1/stat | cut -d ' ' -f 20)"`;
    return await shell(script);
  }

  test('is that of this run, as long as it runs: nobody breaks it, and it is given back', async () => {
    const [disk, another] = [await newDisk(), await newDisk()];
    const there = await otherNode(ledger, 'node2.lab');
    // No two machines have a boot id in common, and that version knew no more than that.
    await restart(ledger, there);
    const boot = await oldBoot();
    for (const each of [disk, another]) {
      await done(run.open(each));
      await rewriteLease(each, `s/@[^@]*$/@${boot}/`);
    }
    // What that version published stays beside what this one does.
    await shell('cd "$1/.nodes"; rm -f *; : >"node1.lab@$2"', imagesDirectory(), boot);
    const third = await newDisk();
    await done(run.open(third));
    expect(await published()).toHaveLength(2);
    expectRefusal(await run.open(disk, true, there), 6, /node1\.lab/);
    expect(await imageInfo(disk.name)).toMatchObject({ leases: [{ state: 'this node', machine: null }] });
    await done(run.open(disk));
    expect(await imageInfo(disk.name)).toMatchObject({ leases: [{ machine: expect.any(String) }] });
    await done(run.close(another));
    expect(await leasesOf(another)).toEqual([]);
  });

  test('of an earlier run is replaced, and that of another node respected', async () => {
    const [disk, another] = [await newDisk(), await newDisk()];
    // Of another run of node2.lab nobody knows.
    await shell('rm -f "$1"/.nodes/*', imagesDirectory());
    for (const each of [disk, another]) await done(run.open(each));
    await rewriteLease(disk, 's/@[^@]*$/@0123456789ab-1/');
    await rewriteLease(another, 's/,node1.*$/,node2.lab@exclusive@2026-01-01T10:00:00Z@0123456789ab-1/');
    await done(run.open(disk));
    expect(await leasesOf(disk)).toEqual(['node1.lab exclusive']);
    expectRefusal(await run.open(another), 6, /node2\.lab/);
    await gntGluster(['lease', 'break', another.name]);
  });
});

test('without a machine id nothing is opened, and it is said what is missing', async () => {
  const disk = await newDisk();
  const there = await otherNode(ledger, 'node2.lab');
  await there.shell('echo uninitialized >/etc/machine-id');
  const fallback = '/var/lib/dbus/machine-id';
  await there.shell('[ ! -e "$1" ] || mount --bind /etc/machine-id "$1"', fallback);
  expectRefusal(await run.open(disk, true, there), 9, /no machine id in \/etc\/machine-id/, /systemd-machine-id-setup/);
  expect(await leasesOf(disk)).toEqual([]);
});
