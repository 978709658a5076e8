import { look, run } from './commands.ts';
import type { Guest } from './guests.ts';
import { lab } from './lab.ts';
import { bringDriver, hideDriver, type Way, wayOf } from './ways.ts';

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

/** The mode in which guests use their disks in some way. */
export function modeOf(way: Way): Mode {
  const found = modes.find((mode) => mode.way === way);
  if (found === undefined) throw new Error(`in no mode a guest uses the ${way}`);
  return found;
}

/** Sets the cluster of the lab up for a mode, from whatever it was set up for. */
export async function enter({ access, driver }: Mode): Promise<void> {
  for (const node of lab().nodes) await (driver ? bringDriver(node) : hideDriver(node));
  await run(`gnt-gluster kvm ${access === 'userspace' ? 'enable' : 'disable'}`);
  const set = (await look(lab().master, 'gnt-cluster info')).some((line) => /^ +access: .*userspace/.test(line));
  if (set !== (access === 'userspace')) await run(`gnt-cluster modify -D ext:access=${access}`);
}

/** Throws unless a running guest gets at its disk as the mode wants. */
export async function requireWay(guest: Guest, { way }: Mode): Promise<void> {
  const [primary = ''] = await look(lab().master, `gnt-instance list --no-headers -o pnode ${guest.name}`);
  const used = await wayOf(guest.name, primary.trim());
  if (used !== way) throw new Error(`the guest uses the ${used} and should use the ${way}`);
}
