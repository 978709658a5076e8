import { expect, test } from 'vitest';
import { hashOf, newPattern, sizeOf, write } from '../support/block-device.ts';
import { expectRefusal } from '../support/expectations.ts';
import { shell } from '../support/lab.ts';
import { attach, attachedNew, done, run, snapshotOf } from '../support/verbs.ts';
import { asQemu, fakeTool, holdOpen } from './support/faults.ts';
import { everything, imageFile, statusOf, useGlusterLedger } from './support/storage.ts';

const ledger = useGlusterLedger();
const mebibyte = 1024 * 1024;

test('grow that was killed before it refreshed the device is completed by the next', async () => {
  const disk = ledger.disk();
  const device = await attachedNew(disk, 8);
  await fakeTool(
    ledger,
    'losetup',
    'case "$*" in *capacity*) kill -KILL $PPID ;; *) exec /usr/sbin/losetup "$@" ;; esac',
  );
  expect((await run.grow(disk, 8, 16)).exitCode).toBe(137);
  expect((await statusOf(imageFile(disk.name))).bytes).toBe(16 * mebibyte);
  expect(await sizeOf(device)).toBe(8);
  await shell('rm /usr/local/sbin/losetup');
  await done(run.grow(disk, 8, 16));
  expect(await sizeOf(device)).toBe(16);
});

test.each(['off', 'falloc', 'full'])(
  'grow with preallocation=%s keeps data and works while the disk is in use',
  async (preallocation) => {
    const disk = ledger.disk({ preallocation });
    const pattern = newPattern(2);
    const device = await attachedNew(disk, 10);
    await write(device, pattern, 8);
    await holdOpen(ledger, device);
    await done(run.grow(disk, 10, 80));
    expect(await sizeOf(device)).toBe(80);
    expect(await hashOf(device, 2, 8)).toBe(pattern.hash);
    expect((await statusOf(imageFile(disk.name))).bytes).toBe(80 * mebibyte);
  },
);

test('an image larger than asked is never made smaller', async () => {
  const disk = ledger.disk();
  const pattern = newPattern(1);
  const device = await attachedNew(disk, 16);
  await write(device, pattern, 15);
  await done(run.grow(disk, 8, 12));
  expect(await sizeOf(device)).toBe(16);
  expect(await hashOf(device, 1, 15)).toBe(pattern.hash);
});

test('grow of an unknown image exits with 4', async () => {
  expectRefusal(await run.grow(ledger.disk(), 8, 16), 4);
});

test('remove of an attached image exits with 6, names the device and touches nothing', async () => {
  const disk = ledger.disk();
  const pattern = newPattern(1);
  const device = await attachedNew(disk, 8);
  await write(device, pattern);
  expectRefusal(await run.remove(disk), 6, new RegExp(device), /^hint: /m);
  expect((await attach(disk)).device).toBe(device);
  expect(await hashOf(device, 1)).toBe(pattern.hash);
});

test('remove of an image that a process reads without a device exits with 6', async () => {
  const disk = ledger.disk({ blockdev: 'never' });
  await done(run.create(disk, 8));
  const { pid } = await asQemu(ledger, `-drive file=gluster://node1.lab:24007/ganeti/images/${disk.name}/disk`);
  const before = await everything();
  expectRefusal(await run.remove(disk), 6, new RegExp(`pid ${pid}`));
  expect(await everything()).toBe(before);
});

test('remove of an image that QEMU was given by its path exits with 6', async () => {
  const disk = ledger.disk({ blockdev: 'never' });
  await done(run.create(disk, 8));
  const { pid } = await asQemu(ledger, `-drive file.driver=gluster,file.path=images/${disk.name}/disk`);
  expectRefusal(await run.remove(disk), 6, new RegExp(`pid ${pid}`));
});

test('an image that a guest has open by itself is not copied, nor removed, nor grown where Ganeti has QEMU grow it, too', async () => {
  const disk = ledger.disk({ access: 'userspace' });
  await attachedNew(disk, 8);
  // As Ganeti does before it grows a disk of an instance that is shut down.
  await done(run.open(disk));
  const guest = '/run/ganeti/kvm-hypervisor/*/inst7.lab';
  ledger.later(() => shell(`rm -f ${guest}.runtime ${guest} /var/lib/ganeti/ssconf_release_version`));
  const { pid, end } = await asQemu(ledger, '-name inst7.lab');
  const program = `mkdir -p /run/ganeti/kvm-hypervisor/conf /run/ganeti/kvm-hypervisor/pid
    echo "[[], [\\"gluster://node1.lab:24007/ganeti/images/$1/disk\\"]]" >/run/ganeti/kvm-hypervisor/conf/inst7.lab.runtime
    echo "$2" >/run/ganeti/kvm-hypervisor/pid/inst7.lab`;
  await shell(program, disk.name, pid);
  const copy = ledger.add(snapshotOf(disk));
  expectRefusal(await run.snapshot(disk, copy, 8), 6, /inst7\.lab \(pid \d+\)/);
  const unattached = ledger.disk({ access: 'userspace', blockdev: 'never' });
  await done(run.create(unattached, 8));
  const both = JSON.stringify([[], [disk, unattached].map(({ name }) => `gluster://n:1/ganeti/images/${name}/disk`)]);
  await shell('echo "$1" >/run/ganeti/kvm-hypervisor/conf/inst7.lab.runtime', both);
  expectRefusal(await run.remove(unattached), 6, /inst7\.lab \(pid \d+\)/);
  expectRefusal(await run.grow(disk, 8, 16), 11, /inst7\.lab \(pid \d+\)/, /^hint: gnt-instance shutdown/m);
  await shell('echo 3.0.2 >/var/lib/ganeti/ssconf_release_version');
  await done(run.grow(disk, 8, 16));
  await shell('echo 3.1.0 >/var/lib/ganeti/ssconf_release_version');
  await end();
  await done(run.grow(disk, 16, 24));
  await done(run.snapshot(disk, copy, 24));
});

test('remove takes all of the image', async () => {
  const disk = ledger.disk({ preallocation: 'full' });
  const device = await attachedNew(disk, 130);
  await write(device, newPattern(1));
  await done(run.open(disk));
  await done(run.setinfo(disk, 'a'));
  await done(run.detach(disk));
  await done(run.remove(disk));
  expect(await everything()).not.toContain(disk.name);
});
