import { expect, test } from 'vitest';
import { chrootNotes } from '#gluster/admin/kvm-notes.ts';
import { parseInstances } from '#gluster/ganeti/hypervisor.ts';

const listed = `one.lab|kvm|/usr/lib/ganeti-extstorage-gluster/gnt-gluster-kvm|Y|ext
two.lab|kvm|/usr/bin/kvm|Y|ext
three.lab|kvm|/usr/bin/kvm|N|ext
four.lab|kvm|/usr/bin/kvm|Y|plain
five.lab|xen-pvm|-|-|ext
`;

test('what a chroot costs is told of exactly the instances that it concerns', () => {
  const notes = chrootNotes(parseInstances(listed), ['six.lab']).filter((line) => !line.startsWith('hint: '));
  expect(notes).toEqual([
    expect.stringMatching(/file on the mount: one\.lab$/),
    expect.stringMatching(/lose every brick that restarts: two\.lab$/),
    expect.stringMatching(/on this node .*: six\.lab$/),
  ]);
  expect(chrootNotes(parseInstances('three.lab|kvm|/usr/bin/kvm|N|ext'), [])).toEqual([]);
});
