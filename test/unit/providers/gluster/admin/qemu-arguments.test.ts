import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chrootNotes, parseClusterPath, parseInstances } from '#gluster/admin/kvm.ts';
import { quoteForShell } from '#gluster/admin/qemu-arguments.ts';

test('a shell reads quoted words as they were', () => {
  const word = fc.string({ unit: 'binary' }).map((text) => Buffer.from(text.replaceAll('\0', '')).toString());
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), (words) => {
      const script = `set -- ${words.map(quoteForShell).join(' ')}; printf '%s\\0' "$@"`;
      expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe(words.map((text) => `${text}\0`).join(''));
    }),
    { numRuns: 50 },
  );
});

const info = `Cluster name: cluster.lab
Hypervisor parameters: 
  fake: 
    migration_mode: live
  kvm: 
    acpi: True
    kvm_path: /opt/other path/kvm
    vga: 
  xen-hvm: 
    kvm_path: /no
OS-specific hypervisor parameters: 
  noop: 
    kvm: 
      kvm_path: /no
Cluster parameters: 
  x: 1
`;

test('the path of the cluster is found among the parameters of kvm', () => {
  expect(parseClusterPath(info)).toBe('/opt/other path/kvm');
});

test.each([
  ['nothing', ''],
  ['a cluster without kvm', info.replace('  kvm: \n', '  lxc: \n')],
  ['parameters of an OS only', info.replace('    kvm_path: /opt/other path/kvm\n', '')],
])('%s has none', (_, text) => {
  expect(parseClusterPath(text)).toBeUndefined();
});

const listed = `one.lab|kvm|/usr/lib/ganeti-extstorage-gluster/gnt-gluster-kvm|Y|ext
two.lab|kvm|/usr/bin/kvm|Y|ext
three.lab|kvm|/usr/bin/kvm|N|ext
four.lab|kvm|/usr/bin/kvm|Y|plain
five.lab|xen-pvm|-|-|ext
`;

test('of the instances those of kvm count', () => {
  expect(parseInstances(listed).map(({ instance, chroot }) => [instance, chroot])).toEqual([
    ['one.lab', true],
    ['two.lab', true],
    ['three.lab', false],
    ['four.lab', true],
  ]);
});

test('what a chroot costs is told of exactly the instances that it concerns', () => {
  const notes = chrootNotes(parseInstances(listed), ['six.lab']).filter((line) => !line.startsWith('hint: '));
  expect(notes).toEqual([
    expect.stringMatching(/file on the mount: one\.lab$/),
    expect.stringMatching(/lose every brick that restarts: two\.lab$/),
    expect.stringMatching(/on this node .*: six\.lab$/),
  ]);
  expect(chrootNotes(parseInstances('three.lab|kvm|/usr/bin/kvm|N|ext'), [])).toEqual([]);
});
