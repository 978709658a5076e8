import { writes } from '../../../e2e/support/guests.ts';
import { lab } from '../../../e2e/support/lab.ts';
import { cutOff, reconnect } from '../../../e2e/support/network.ts';
import { hasErrors, survives } from '../../../e2e/support/records.ts';
import { bricksOnline } from '../../../lab/gluster.ts';
import { backup, duringMigration, duringSnapshot, migrate, requireFailed } from '../during.ts';
import type { ClusterScenario } from '../stage.ts';

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

/** Whether what was typed did not end because the volume does not answer. */
const answers = (output: string): boolean => !output.includes('exit code 7');

/** The network of a node is repaired; glusterd starts the bricks it had ended. */
async function comesBack(name: string): Promise<void> {
  await reconnect(name);
  await bricksOnline(lab().master, 'ganeti', lab().nodes.length);
}

const back = 'node1# gnt-instance migrate -f -n node2.lab inst1.lab';
const leases = 'node1# gnt-gluster lease list';

/**
 * Source or target is cut off during a migration. Where the guest is then depends on whether a write was on its way
 * when its memory was there: QEMU waits for it longer than Ganeti for QEMU.
 */
function cutOffMigrating(role: 'source' | 'target'): ClusterScenario {
  const lost = role === 'source' ? 'node2' : 'node3';
  const status = `${lost}# gnt-gluster mount status`;
  return {
    name: `cluster: partition of the ${role} without quorum during a migration`,
    section,
    guestOn: 'node2',
    commands: [migrate, list, leases, bricks, status, back],
    async run(stage, guest) {
      const after = guest.console.mark();
      requireFailed(await duringMigration(stage, () => cutOff(lost)), /exit code 7/);
      const arrived = /inst1\.lab .*node3\.lab +running/.test(await stage.types(list));
      await stage.types(leases);
      if (arrived === (role === 'target')) await hasErrors(guest, after);
      else await writes(guest);
      await comesBack(lost);
      await stage.types(bricks);
      await stage.typesUntil(status, (output) => !/no answer|dead/.test(output));
      await writes(guest);
      // A migration gives back what the one before it could not.
      if (!arrived) await stage.typesUntil(migrate, answers);
      await stage.typesUntil(back, answers);
      await writes(guest);
    },
  };
}

export const sourceCutOff = cutOffMigrating('source');
export const targetCutOff = cutOffMigrating('target');

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
    // By then it tells how much is free, and may still be unable to open a file.
    await survives(guest, () => stage.typesUntil(startup, answers));
    await survives(guest, () => stage.types(backup));
    await stage.types(remove);
  },
};
