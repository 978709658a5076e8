import { expect, test } from 'vitest';
import { instanceIn, isChrooted, namesLibrary } from '#gluster/kvm/chroot.ts';

test.each([
  ['-chroot', ['-name', 'a', '-chroot', '/run/ganeti/chroot/a'], true],
  ['-run-with', ['-run-with', 'async-teardown=on,chroot=/run/a'], true],
  ['-run-with for something else', ['-run-with', 'user=nobody'], false],
  ['another option with such a value', ['-name', 'chroot=/a'], false],
  ['an instance of that name', ['-name', 'chroot'], false],
  ['nothing', [], false],
])('%s: a chroot or not', (_, args, expected) => {
  expect(isChrooted(args)).toBe(expected);
});

test.each([
  ['an address', 'file=gluster://node1.lab:24007/ganeti/images/a/disk,format=raw', true],
  ['an address with its transport', 'format=raw,file=gluster+tcp://node1.lab/ganeti/a', true],
  ['a rewritten drive', 'file.driver=gluster,file.volume=ganeti,file.path=a', true],
  ['a block device of Ganeti 3.1', 'driver=raw,node-name=x,file.driver=gluster,file.volume=ganeti', true],
  ['a node of its own', 'driver=gluster,volume=ganeti,path=a', true],
  [
    'the file on the mount',
    'file.driver=file,file.filename=/run/ganeti-gluster/mnt/default/ganeti/images/a/disk',
    false,
  ],
  ['the block device', 'file=/var/run/ganeti/instance-disks/gluster.lab:0,format=raw', false],
])('%s: libgfapi or not', (_, argument, expected) => {
  expect(namesLibrary(['-drive', argument])).toBe(expected);
});

test('the instance is what QEMU is to call it', () => {
  expect(instanceIn(['-name', 'inst1.lab', '-m', '256'])).toBe('inst1.lab');
  expect(instanceIn(['-name', 'inst1.lab,debug-threads=on'])).toBe('inst1.lab');
  expect(instanceIn(['-m', '256'])).toBeUndefined();
});
