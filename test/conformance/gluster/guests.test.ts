import { describe, expect, test } from 'vitest';
import { expectRefusal } from '../support/expectations.ts';
import { shell } from '../support/lab.ts';
import { attachedNew, type Disk, done, newDisk, run, snapshotOf } from '../support/verbs.ts';
import { otherNode } from './support/other-nodes.ts';
import { gntGluster, imageInfo, leasesOf, useGlusterLedger } from './support/storage.ts';

const ledger = useGlusterLedger();
const guests = '/run/ganeti/kvm-hypervisor';
const monitor = `${guests}/ctrl/inst7.lab.qmp`;

/** A real QEMU, without a machine, run as Ganeti runs the guest of inst7.lab: with some disks by libgfapi. */
async function startGuest(...disks: readonly Disk[]): Promise<string> {
  const drives = disks.flatMap(({ name }, index) => ['-drive', driveOf(name, index)]);
  const script = `mkdir -p ${guests}/pid ${guests}/ctrl ${guests}/conf
    qemu-system-x86_64 -name inst7.lab -M none -nodefaults -display none -S -qmp unix:${monitor},server=on,wait=off "$@" \
      >/tmp/inst7.log 2>&1 </dev/null &
    echo $! | tee ${guests}/pid/inst7.lab
    for turn in $(seq 300); do [ ! -S ${monitor} ] || exit 0; sleep 0.1; done; cat /tmp/inst7.log; exit 1`;
  const pid = (await shell(script, ...drives)).trim();
  ledger.later(() => shell(`kill -KILL "$1" 2>/dev/null || true; rm -f ${guests}/*/inst7.lab*`, pid));
  return pid;
}

function driveOf(name: string, index: number): string {
  return `file=gluster://node1.lab:24007/ganeti/images/${name}/disk,format=raw,if=none,id=disk${index}`;
}

/** Tells the guest something by its monitor. */
async function tell(...commands: readonly object[]): Promise<string> {
  const lines = [{ execute: 'qmp_capabilities' }, ...commands].map((command) => JSON.stringify(command)).join('\n');
  return await shell(`printf '%s\\n' "$1" | socat -t 20 - UNIX-CONNECT:${monitor}`, lines);
}

/** Gives the guest one more disk by libgfapi. */
async function hotAdd({ name }: Disk): Promise<void> {
  const server = { type: 'inet', host: 'node1.lab', port: '24007' };
  const options = { driver: 'gluster', volume: 'ganeti', path: `images/${name}/disk`, server: [server] };
  const answer = await tell({ execute: 'blockdev-add', arguments: { 'node-name': 'added', ...options } });
  expect(answer).not.toContain('error');
}

async function userspaceDisk(): Promise<Disk> {
  const disk = ledger.disk({ access: 'userspace', blockdev: 'never' });
  await done(run.create(disk, 8));
  return disk;
}

test('a disk that a running guest gave up is removed, one that it has is not', async () => {
  const [given, kept] = [await userspaceDisk(), await userspaceDisk()];
  const pid = await startGuest(given, kept);
  for (const disk of [given, kept])
    expectRefusal(await run.remove(disk), 6, new RegExp(`inst7\\.lab \\(pid ${pid}\\)`));
  await tell({ execute: 'human-monitor-command', arguments: { 'command-line': 'drive_del disk0' } });
  await done(run.remove(given));
  expectRefusal(await run.remove(kept), 6, new RegExp(`inst7\\.lab \\(pid ${pid}\\)`));
});

test('a disk that was added to a running guest is neither copied nor removed', async () => {
  const [first, added] = [await userspaceDisk(), await userspaceDisk()];
  const pid = await startGuest(first);
  await hotAdd(added);
  const copy = ledger.add(snapshotOf(added));
  expectRefusal(await run.snapshot(added, copy, 8), 6, new RegExp(`pid ${pid}`));
  expectRefusal(await run.remove(added), 6, new RegExp(`pid ${pid}`));
  await shell('kill -KILL "$1"; while [ -d "/proc/$1" ]; do sleep 0.02; done', pid);
  await done(run.snapshot(added, copy, 8));
  await done(run.remove(added));
});

test('what a guest was started with counts while its monitor is silent', async () => {
  const disk = await userspaceDisk();
  const pid = await startGuest(disk);
  await shell('kill -STOP "$1"', pid);
  expectRefusal(await run.remove(disk), 6, new RegExp(`pid ${pid}`));
});

describe('whatever the call says of the access', () => {
  /** A guest that got a disk by libgfapi while it ran: neither its arguments nor an open file name it. */
  async function withHotAdded() {
    const [first, disk] = [await userspaceDisk(), ledger.disk()];
    const pid = await startGuest(first);
    const device = await attachedNew(disk, 8);
    await done(run.open(disk));
    await hotAdd(disk);
    const end = (): Promise<unknown> => shell('kill -KILL "$1"; while [ -d "/proc/$1" ]; do sleep 0.02; done', pid);
    return { disk, device, guest: new RegExp(`inst7\\.lab \\(pid ${pid}\\)`), end };
  }

  test('what a running guest has is not removed, copied, cloned, nor taken away by lease break', async () => {
    const { disk, device, guest, end } = await withHotAdded();
    // The device is no reason to refuse any more.
    await shell('losetup --detach "$1"', device);
    expectRefusal(await run.remove(disk), 6, guest);
    expectRefusal(await run.snapshot(disk, snapshotOf(disk), 8), 6, guest);
    expectRefusal(await run.create(newDisk({ clone: disk.name }), 8), 6, guest);
    expect(await imageInfo(disk.name)).toMatchObject({ users: [expect.stringMatching(guest)] });
    expect(await gntGluster(['lease', 'break', disk.name])).toMatchObject({
      exitCode: 6,
      said: expect.stringMatching(guest),
    });
    await end();
  });

  test('detach of what a running guest has leaves its device and its lease, until the guest ends', async () => {
    const { disk, guest, end } = await withHotAdded();
    const there = await otherNode(ledger, 'node2.lab');
    expectRefusal(await run.detach(disk), 6, guest, /hint: .*gnt-instance shutdown/);
    expect(await leasesOf(disk)).toEqual(['node1.lab exclusive']);
    expectRefusal(await run.open(disk, true, there), 6, /node1\.lab/);
    await end();
    await done(run.detach(disk));
    expect(await leasesOf(disk)).toEqual([]);
  });
});
