import { lab, node } from '../../../e2e/support/lab.ts';
import { killOn } from '../../../e2e/support/processes.ts';
import { timed } from '../../../e2e/support/progress.ts';
import { survives } from '../../../e2e/support/records.ts';
import { bricksOnline } from '../../../lab/gluster.ts';
import { backup, duringSnapshot, requireDone, requireFailed } from '../during.ts';
import { type ClusterScenario, requireText } from '../stage.ts';
import { bootCommands, bootsAgain, brickCommands, startsBrick } from '../way-out.ts';

const remove = 'node1# gnt-backup remove inst1.lab';
const startup = 'node1# gnt-instance startup inst1.lab';

export const brickKilledCopying: ClusterScenario = {
  name: 'cluster: brick killed during a backup',
  section: 'A brick is down',
  guestOn: 'node2',
  commands: [backup, ...brickCommands, remove],
  async run(stage, guest) {
    await survives(guest, async () => requireDone(await duringSnapshot(stage, () => killOn('node1', 'brick'))));
    await startsBrick(stage);
    await stage.types(remove);
  },
};

export const glusterdKilledCopying: ClusterScenario = {
  name: 'cluster: glusterd killed during a backup',
  section: 'glusterd of a node is down',
  guestOn: 'node2',
  commands: [backup, 'node2# glusterd', remove],
  async run(stage, guest) {
    await survives(guest, async () => requireDone(await duringSnapshot(stage, () => killOn('node2', 'glusterd'))));
    await stage.types('node2# glusterd');
    await bricksOnline(lab().master, 'ganeti', lab().nodes.length);
    await stage.types(remove);
  },
};

export const clientKilledCopying: ClusterScenario = {
  name: 'cluster: FUSE client killed during a backup',
  section: 'A backup was interrupted',
  guestOn: 'node2',
  commands: [backup, 'node1# gnt-instance list', 'node2# gnt-gluster image list', startup, remove],
  async run(stage, guest) {
    requireFailed(await duringSnapshot(stage, () => killOn('node2', 'client')), /Not all disks could be snapshotted/);
    await stage.types('node1# gnt-instance list');
    await stage.tries('node2# gnt-gluster image list');
    await survives(guest, () => stage.types(startup));
    await survives(guest, () => stage.types(backup));
    await stage.types(remove);
  },
};

export const nodeLostCopying: ClusterScenario = {
  name: 'cluster: node loses power during a backup',
  section: 'A backup was interrupted',
  guestOn: 'node2',
  commands: [
    backup,
    'node1# gnt-instance list',
    'node1# gnt-node modify --offline=yes node2.lab',
    'node1# gnt-instance failover -f -n node3.lab inst1.lab',
    startup,
    ...bootCommands('node2'),
    remove,
  ],
  async run(stage, guest) {
    const { types } = stage;
    requireFailed(
      await duringSnapshot(stage, () => timed('node2 loses power', () => node('node2.lab').kill())),
      /Not all disks could be snapshotted/,
    );
    requireText(await types('node1# gnt-instance list'), /inst1\.lab .*node2\.lab +ERROR_nodedown/);
    await types('node1# gnt-node modify --offline=yes node2.lab');
    await types('node1# gnt-instance failover -f -n node3.lab inst1.lab');
    await survives(guest, () => types(startup));
    await bootsAgain(stage, 'node2');
    await survives(guest, () => types(backup));
    await types(remove);
  },
};
