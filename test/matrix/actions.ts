import { refused, run } from '../e2e/support/commands.ts';
import { type Guest, seesDisk, writes } from '../e2e/support/guests.ts';
import { healed } from '../e2e/support/heal.ts';
import { lab, node } from '../e2e/support/lab.ts';
import { migrate } from '../e2e/support/migration.ts';
import type { Mode } from '../e2e/support/modes.ts';
import { startGuest, survives } from '../e2e/support/records.ts';
import { readd } from '../e2e/support/reset.ts';
import { bricksOnline } from '../lab/gluster.ts';
import { type Release, suites } from '../lab/suites.ts';

/**
 * Something an administrator does with an instance. It throws unless all is well afterwards and the guest writes on.
 */
export interface Action {
  readonly name: string;
  /** Why Ganeti itself cannot do it there; then the action is that it says so, and nothing is lost. */
  readonly excuse?: (release: Release, mode: Mode) => string | undefined;
  readonly run: (guest: Guest, mode: Mode, excused: boolean) => Promise<unknown>;
}

const [first, second] = ['node2.lab', 'node3.lab'];

/** In the order in which they are done with one instance, from its first start to the death of its node. */
export const actions: readonly Action[] = [
  { name: 'start', run: (guest) => startGuest(guest, first, undefined) },
  { name: 'reboot', run: (guest) => survives(guest, () => run(`gnt-instance reboot ${guest.name}`)) },
  {
    name: 'migrate',
    async run(guest) {
      await migrate(guest, second);
      await migrate(guest, first);
    },
  },
  {
    name: 'grow',
    excuse: ({ startsInUserspace }, { way }) =>
      !startsInUserspace && way === 'libgfapi' ? 'while shut down' : undefined,
    async run(guest, _mode, excused) {
      const after = guest.console.mark();
      const command = `gnt-instance grow-disk ${guest.name} 0 512M`;
      if (excused) await growWhileDown(guest, command);
      else await run(command);
      if (!release().guestSeesGrowth) await survives(guest, () => run(`gnt-instance reboot ${guest.name}`));
      await seesDisk(guest, 'vda', 1536, after);
      await writes(guest);
    },
  },
  {
    name: 'hot-add',
    excuse: ({ hotAddsDevices }, { driver, access }) => {
      // Ganeti 3.1 has the running QEMU open a gluster:// disk by itself.
      const works = access === 'kernelspace' ? hotAddsDevices : driver || !hotAddsDevices;
      return works ? undefined : 'after a restart';
    },
    async run(guest, _mode, excused) {
      const { hotplug } = release();
      const after = guest.console.mark();
      await run(`gnt-instance modify ${hotplug}--disk add:size=1G,provider=gluster ${guest.name}`);
      if (excused) await survives(guest, () => run(`gnt-instance reboot --type=full ${guest.name}`));
      await seesDisk(guest, 'vdb', 1024, after);
      if (excused) await run(`gnt-instance shutdown ${guest.name}`);
      await run(`gnt-instance modify ${excused ? '' : hotplug}--disk remove ${guest.name}`);
      if (excused) await survives(guest, () => run(`gnt-instance startup ${guest.name}`));
      await writes(guest);
    },
  },
  {
    name: 'backup',
    excuse: ({ exports }) => (exports ? undefined : 'no: Ganeti issue 1839'),
    async run(guest, _mode, excused) {
      const command = `gnt-backup export -n node1.lab ${guest.name}`;
      await survives(guest, () => (excused ? refused(command) : run(command)));
      if (!excused) await run(`gnt-backup remove ${guest.name}`);
    },
  },
  {
    name: 'failover',
    async run(guest) {
      await node(first).kill();
      await run(`gnt-node modify --offline=yes ${first}`);
      await survives(guest, () => run(`gnt-instance failover -f -n ${second} ${guest.name}`));
    },
  },
];

/** Brings a node back that an action killed, and waits until Gluster is whole. */
export async function bringBack(): Promise<void> {
  await node(first).boot();
  await bricksOnline(lab().master, 'ganeti', lab().nodes.length);
  await readd(first);
  await healed('ganeti');
}

async function growWhileDown(guest: Guest, command: string): Promise<void> {
  await refused(command);
  await writes(guest);
  await run(`gnt-instance shutdown ${guest.name}`);
  await run(command);
  await survives(guest, () => run(`gnt-instance startup ${guest.name}`));
}

function release(): Release {
  return suites[lab().suite];
}
