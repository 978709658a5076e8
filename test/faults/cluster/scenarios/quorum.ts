import { writes } from '../../../e2e/support/guests.ts';
import { lab } from '../../../e2e/support/lab.ts';
import { cutOff, reconnect } from '../../../e2e/support/network.ts';
import { hasErrors, requireNoErrors, survives } from '../../../e2e/support/records.ts';
import { bricksOnline } from '../../../lab/gluster.ts';
import { backup, duringMigration, duringSnapshot, migrate, requireFailed } from '../during.ts';
import { type ClusterScenario, requireText } from '../stage.ts';

const section = 'A node has lost quorum';
const mounts = 'node2# gnt-gluster mount status';
const grow = 'node1# gnt-instance grow-disk inst1.lab 0 128M';
const bricks = 'node1# gluster volume status ganeti';
const activate = 'node1# gnt-instance activate-disks inst1.lab';
const list = 'node1# gnt-instance list';

export const quorumLost: ClusterScenario = {
  name: 'cluster: partition without quorum',
  section,
  guestOn: 'node2',
  commands: ['node2# gluster peer status', mounts, 'node2# gnt-gluster image list', grow, bricks, activate],
  async run({ types, tries, typesUntil }, guest) {
    const after = guest.console.mark();
    await cutOff('node2');
    await hasErrors(guest, after);
    await typesUntil('node2# gluster peer status', (output) => output.split('(Disconnected)').length === 3);
    await tries(mounts);
    await tries('node2# gnt-gluster image list');
    const grown = await tries(grow);
    if (grown.exitCode === 0) throw new Error('a disk grew without quorum');
    await comesBack('node2');
    await types(bricks);
    await writes(guest);
    // Ganeti took note that it could not activate the disk of the guest, which runs.
    await types(activate);
    await types(grow);
  },
};

/** The network of a node is repaired; glusterd starts the bricks it had ended. */
async function comesBack(name: string): Promise<void> {
  await reconnect(name);
  await bricksOnline(lab().master, 'ganeti', lab().nodes.length);
}

const back = 'node1# gnt-instance migrate -f -n node2.lab inst1.lab';

export const sourceCutOff: ClusterScenario = {
  name: 'cluster: partition of the source without quorum during a migration',
  section,
  guestOn: 'node2',
  commands: [migrate, list, bricks, mounts, activate, back],
  async run(stage, guest) {
    const after = guest.console.mark();
    requireFailed(await duringMigration(stage, () => cutOff('node2')), /exit code 7/);
    // It depends on whether a write was on its way when the memory was there.
    const arrived = /inst1\.lab .*node3\.lab +running/.test(await stage.types(list));
    if (!arrived) await hasErrors(guest, after);
    await comesBack('node2');
    await stage.types(bricks);
    await stage.typesUntil(mounts, (output) => !/no answer|dead/.test(output));
    await writes(guest);
    // Its lease is still the shared one of the migration, and so is that of the source.
    if (!arrived) await stage.types(activate);
    if (!arrived) await stage.types(migrate);
    await stage.types(back);
    await stage.types(activate);
    await writes(guest);
  },
};

export const targetCutOff: ClusterScenario = {
  name: 'cluster: partition of the target without quorum during a migration',
  section,
  guestOn: 'node2',
  commands: [migrate, list, 'node1# gnt-gluster lease list', bricks],
  async run(stage, guest) {
    requireFailed(await duringMigration(stage, () => cutOff('node3')), /Cannot close instance disks on node node3/);
    requireText(await stage.types(list), /inst1\.lab .*node2\.lab +running/);
    await writes(guest);
    requireText(await stage.types('node1# gnt-gluster lease list'), /node3\.lab +shared/);
    await comesBack('node3');
    await stage.types(bricks);
    // Whoever migrates again gives back what the first one could not.
    await stage.types(migrate);
    await writes(guest);
    requireNoErrors(guest);
  },
};

const remove = 'node1# gnt-backup remove inst1.lab';
const startup = 'node1# gnt-instance startup inst1.lab';

export const cutOffCopying: ClusterScenario = {
  name: 'cluster: partition without quorum during a backup',
  section,
  guestOn: 'node2',
  commands: [backup, list, bricks, mounts, startup, remove],
  async run(stage, guest) {
    requireFailed(await duringSnapshot(stage, () => cutOff('node2')), /Not all disks could be snapshotted/);
    await stage.types(list);
    await comesBack('node2');
    await stage.types(bricks);
    await stage.typesUntil(mounts, (output) => /default\/ganeti +mounted /.test(output));
    await survives(guest, () => stage.types(startup));
    await survives(guest, () => stage.types(backup));
    await stage.types(remove);
  },
};
