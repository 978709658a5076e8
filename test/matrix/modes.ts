import { look, run } from '../e2e/support/commands.ts';
import { lab } from '../e2e/support/lab.ts';
import { bringDriver, hideDriver, type Way } from '../e2e/support/ways.ts';

/** A way to have guests use images, cluster-wide. */
export interface Mode {
  readonly name: string;
  /** What every guest then uses. */
  readonly way: Way;
  readonly access: 'kernelspace' | 'userspace';
  /** Whether QEMU has its gluster driver. */
  readonly driver: boolean;
}

/** All of them; userspace always with gnt-gluster-kvm. */
export const modes: readonly Mode[] = [
  { name: 'kernelspace', way: 'block device', access: 'kernelspace', driver: true },
  { name: 'userspace', way: 'libgfapi', access: 'userspace', driver: true },
  { name: 'userspace, no driver', way: 'file', access: 'userspace', driver: false },
];

/** Sets the cluster of the lab up for a mode, from whatever it was set up for. */
export async function enter({ access, driver }: Mode): Promise<void> {
  for (const node of lab().nodes) await (driver ? bringDriver(node) : hideDriver(node));
  await run(`gnt-gluster kvm ${access === 'userspace' ? 'enable' : 'disable'}`);
  const set = (await look(lab().master, 'gnt-cluster info')).some((line) => /^ +access: .*userspace/.test(line));
  if (set !== (access === 'userspace')) await run(`gnt-cluster modify -D ext:access=${access}`);
}
