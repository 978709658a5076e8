import { expect, test } from 'vitest';
import { hashOf, newPattern, sizeOf, write } from '../support/block-device.ts';
import { call } from '../support/caller.ts';
import { expectRefusal } from '../support/expectations.ts';
import { shell } from '../support/lab.ts';
import { attach, attachedNew, done, identity, newDisk, run } from '../support/verbs.ts';
import { holdOpen } from './support/faults.ts';
import {
  imageFile,
  imagesDirectory,
  leasesOf,
  providerMount,
  unmountAll,
  useGlusterLedger,
} from './support/storage.ts';

const ledger = useGlusterLedger();

test('prints the loop device and the address that QEMU needs', async () => {
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  const { device, addresses } = await attach(disk);
  // Ganeti takes the minor number of loop0 for "not attached".
  expect(device).toMatch(/^\/dev\/loop[1-9][0-9]*$/);
  expect(addresses).toEqual([`kvm:gluster://node1.lab:24007/ganeti/images/${disk.name}/disk`]);
  // What Ganeti 3.1 accepts.
  expect(addresses[0]).toMatch(/^kvm:gluster:\/\/[a-z0-9-.]+:\d+\/[^/]+\/.+$/);
});

test('gives a device of 512-byte sectors that bypasses the page cache', async () => {
  const device = await attachedNew(ledger.disk(), 8);
  expect(await shell('losetup --list --noheadings --output DIO,LOG-SEC "$1"', device)).toMatch(/^\s*1\s+512\s*$/);
});

test('what is written to the device is in the image', async () => {
  const disk = ledger.disk();
  const pattern = newPattern(3);
  await write(await attachedNew(disk, 70), pattern, 63);
  expect(await hashOf(imageFile(disk.name), 3, 63)).toBe(pattern.hash);
});

test('of an unknown image exits with 4', async () => {
  expectRefusal(await run.attach(newDisk()), 4, /there is no image/, /^hint: /m);
});

test('with a fresh mount ends at once and leaves nobody with its outputs', async () => {
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  await unmountAll();
  expect((await attach(disk, { timeLimit: 10_000 })).device).toMatch(/^\/dev\/loop/);
});

test('of an open image starts no process and executes nothing', async () => {
  const disk = ledger.disk();
  const device = await attachedNew(disk, 8);
  await done(run.open(disk));
  const trace = `/tmp/attach-${disk.name}`;
  ledger.later(() => shell('rm -f "$1"', trace));
  const wrapper = ['/usr/bin/strace', '-f', '-e', 'trace=process', '-o', trace];
  expect((await attach(disk, { wrapper })).device).toBe(device);
  const calls = (await shell('cat "$1"', trace)).split('\n');
  expect(calls.filter((line) => /\bexecve(at)?\(/.test(line))).toHaveLength(1);
  const starts = calls.filter((line) => /\b(clone3?|v?fork)\(/.test(line));
  expect(starts.filter((line) => !line.includes('CLONE_THREAD'))).toEqual([]);
});

test('of an open image does not ask its volume', async () => {
  const disk = ledger.disk();
  await attachedNew(disk, 8);
  await done(run.open(disk));
  const trace = `/tmp/attach-${disk.name}`;
  ledger.later(() => shell('rm -f "$1"', trace));
  await attach(disk, { wrapper: ['/usr/bin/strace', '-f', '-e', 'trace=file', '-o', trace] });
  expect(await shell('grep -c "" "$1"', trace)).not.toBe('0\n');
  expect(await shell('grep "$2" "$1" || true', trace, providerMount())).toBe('');
});

test('notices that somebody else detached the device', async () => {
  const disk = ledger.disk();
  const pattern = newPattern(1);
  const device = await attachedNew(disk, 8);
  await write(device, pattern);
  await shell('losetup --detach "$1"', device);
  expect(await hashOf((await attach(disk)).device, 1)).toBe(pattern.hash);
});

test('finds an attached image again without its record', async () => {
  const disk = ledger.disk();
  const device = await attachedNew(disk, 8);
  await shell('rm /run/ganeti-gluster/images/"$1"', disk.name);
  expect((await attach(disk)).device).toBe(device);
});

test.each(['{', '', '{"pool":"default"}', '[]', 'x'.repeat(100_000)])(
  'survives a damaged record: %.20j',
  async (text) => {
    const disk = ledger.disk();
    const device = await attachedNew(disk, 8);
    await shell('printf %s "$2" >/run/ganeti-gluster/images/"$1"', disk.name, text);
    expect((await attach(disk)).device).toBe(device);
  },
);

test('sees at once that an image was removed on another node', async () => {
  const disk = ledger.disk();
  await attachedNew(ledger.disk(), 8);
  await done(run.create(disk, 8));
  await attach(disk);
  await done(run.detach(disk));
  await shell('rm -r "$1"', `${imagesDirectory()}/${disk.name}`);
  expectRefusal(await run.attach(disk), 4);
});

test('gives an image that grew on another node its new size', async () => {
  const disk = ledger.disk();
  const device = await attachedNew(disk, 8);
  await shell('truncate -s 12M "$1"', imageFile(disk.name));
  await done(run.open(disk));
  expect(await sizeOf(device)).toBe(12);
});

test('with blockdev=never prints an empty line and the address, and attaches nothing', async () => {
  const disk = ledger.disk({ blockdev: 'never', access: 'userspace' });
  await done(run.create(disk, 8));
  const { stdout } = await done(run.attach(disk));
  expect(stdout).toBe(`\nkvm:gluster://node1.lab:24007/ganeti/images/${disk.name}/disk`);
  expect((await done(run.attach(disk))).stdout).toBe(stdout);
});

test('ignores a parameter it does not know: the disk may be older than the rule', async () => {
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  await attach(disk, { parameters: { vollume: 'x' } });
});

test('detach of a device in use exits with 6, names the process and leaves the disk as it is', async () => {
  const disk = ledger.disk();
  const pattern = newPattern(1);
  const device = await attachedNew(disk, 8);
  await write(device, pattern);
  const holder = await holdOpen(ledger, device);
  expectRefusal(await run.detach(disk), 6, new RegExp(`sleep \\(pid ${holder.pid}\\)`), /^hint: /m);
  expect(await hashOf((await attach(disk)).device, 1)).toBe(pattern.hash);
  await holder.end();
  await done(run.detach(disk));
});

test('detach takes back that the node has the image open', async () => {
  const disk = ledger.disk();
  await attachedNew(disk, 8);
  await done(run.open(disk));
  expect(await leasesOf(disk)).toEqual(['node1.lab exclusive']);
  await done(run.detach(disk));
  expect(await leasesOf(disk)).toEqual([]);
});

test('detach of what is not attached starts its worker and nothing else where nothing is mounted', async () => {
  await unmountAll();
  const trace = '/tmp/detach-trace';
  ledger.later(() => shell('rm -f "$1"', trace));
  await done(
    call('detach', identity(newDisk()), { wrapper: ['/usr/bin/strace', '-f', '-e', 'trace=execve', '-o', trace] }),
  );
  // The script, setpriv, which becomes the worker.
  expect(await shell('grep -c "execve(.* = 0$" "$1"', trace)).toBe('3\n');
});
