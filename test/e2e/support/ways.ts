import type { LabNode } from '../../lab/node.ts';
import { look } from './commands.ts';
import { node } from './lab.ts';

/** How the QEMU of a guest gets at its disks. */
export type Way = 'block device' | 'libgfapi' | 'file';

/** The arguments that name the disks of a running guest, those of QEMU itself. */
export async function diskArguments(instance: string, fqdn: string): Promise<readonly string[]> {
  const script = `pid=$(cat /run/ganeti/kvm-hypervisor/pid/${instance}); tr '\\0' '\\n' </proc/$pid/cmdline`;
  const args = await look(node(fqdn), script);
  return args.filter((argument) => /file.*(?:gluster|instance-disks)/.test(argument));
}

/** How a running guest gets at its only disk. Throws when there are more, or when it is none of the known ways. */
export async function wayOf(instance: string, fqdn: string): Promise<Way> {
  const [disk = '', ...more] = await diskArguments(instance, fqdn);
  if (more.length === 0 && disk.includes('/instance-disks/')) return 'block device';
  if (more.length === 0 && disk.includes('file.driver=gluster')) return 'libgfapi';
  if (more.length === 0 && disk.includes('=/run/ganeti-gluster/mnt/')) return 'file';
  throw new Error(`the guest has ${[disk, ...more].join('\n')}`);
}

/** Takes the gluster driver away from QEMU on a node. */
export async function hideDriver(on: LabNode): Promise<void> {
  await look(
    on,
    'if [ ! -e /usr/lib/block-gluster.so ]; then mv /usr/lib/*-linux-gnu/qemu/block-gluster.so /usr/lib/; fi',
  );
}

/** Brings it back, if it was taken away. */
export async function bringDriver(on: LabNode): Promise<void> {
  await look(on, 'cd /usr/lib; if [ -e block-gluster.so ]; then mv block-gluster.so *-linux-gnu/qemu/; fi');
}
