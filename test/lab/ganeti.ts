import { existsSync } from 'node:fs';
import type { Guest } from './guest.ts';
import { network } from './layout.ts';
import type { LabNode } from './node.ts';

/** Makes a Ganeti cluster of the nodes; the first is the master. */
export async function createCluster(
  nodes: readonly LabNode[],
  guest: Guest,
  step: (what: string) => void,
): Promise<void> {
  const [master, ...others] = nodes;
  if (master === undefined) return;
  await master.exec(['gnt-cluster', 'init', ...clusterOptions(guest), network.clusterName], { timeLimit: 120_000 });
  step('Ganeti: the cluster is made');
  const keys = await master.exec(['sh', '-c', 'cat /root/.ssh/*.pub']);
  for (const node of others) {
    const accept = 'umask 077; mkdir -p /root/.ssh; cat >>/root/.ssh/authorized_keys';
    await node.exec(['sh', '-c', accept], { input: keys.stdout });
    await master.exec(['gnt-node', 'add', '--no-ssh-key-check', node.fqdn], { timeLimit: 120_000 });
    step(`Ganeti: ${node.name} is in the cluster`);
  }
}

/** `gnt-cluster verify`, which must find nothing. A kernel without SysRq is no fault of the cluster's. */
export async function verifyCluster(master: LabNode): Promise<void> {
  const ignore = existsSync('/proc/sysrq-trigger') ? [] : ['--ignore-errors=ENODESETUP'];
  await master.exec(['gnt-cluster', 'verify', ...ignore], { timeLimit: 120_000 });
}

function clusterOptions(guest: Guest): readonly string[] {
  const hypervisor = {
    kvm_flag: 'disabled',
    kvm_path: '/usr/bin/qemu-system-x86_64',
    kernel_path: guest.kernel,
    initrd_path: guest.initramfs,
    // What the kernel's ciphers prove to themselves takes an emulated guest a second of every start.
    kernel_args: 'console=ttyS0 quiet cryptomgr.notests',
    serial_console: 'true',
    vnc_bind_address: '',
    cpu_type: 'qemu64',
    vhost_net: 'false',
    // An emulated guest that writes to its memory while that is copied may hang after its live migration, whatever its
    // disk is on: every third did at Ganeti's 32 MiB/s. So the copy is to be quick, and most of it made while the guest
    // stands still: with a downtime this long (ms) QEMU sees no need for a second round.
    migration_bandwidth: '2000',
    migration_downtime: '10000',
  };
  const parameters = Object.entries(hypervisor).map(([name, value]) => `${name}=${value}`);
  return [
    '--enabled-hypervisors=kvm',
    '--enabled-disk-templates=ext,diskless',
    '--master-netdev=eth0',
    '--nic-parameters=mode=routed,link=main',
    '--no-etc-hosts',
    '-H',
    `kvm:${parameters.join(',')}`,
  ];
}
