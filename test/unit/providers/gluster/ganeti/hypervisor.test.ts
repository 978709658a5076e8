import { expect, test } from 'vitest';
import { parseClusterPath, parseInstances } from '#gluster/ganeti/hypervisor.ts';

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
