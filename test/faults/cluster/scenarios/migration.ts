import { writes } from '../../../e2e/support/guests.ts';
import { lab, node } from '../../../e2e/support/lab.ts';
import { killOn } from '../../../e2e/support/processes.ts';
import { timed } from '../../../e2e/support/progress.ts';
import { requireNoErrors, survives } from '../../../e2e/support/records.ts';
import { bricksOnline } from '../../../lab/gluster.ts';
import { duringMigration, migrate, requireDone } from '../during.ts';
import type { ClusterScenario } from '../stage.ts';
import { bootCommands, bootsAgain, brickCommands, restartCommands, restartsHealed, startsBrick } from '../way-out.ts';

export const brickKilledMigrating: ClusterScenario = {
  name: 'cluster: brick killed during a migration',
  section: 'A brick is down',
  guestOn: 'node2',
  commands: [migrate, ...brickCommands],
  async run(stage, guest) {
    requireDone(await duringMigration(stage, () => killOn('node1', 'brick')));
    await writes(guest);
    await startsBrick(stage);
  },
};

export const glusterdKilledMigrating: ClusterScenario = {
  name: 'cluster: glusterd killed during a migration',
  section: 'glusterd of a node is down',
  guestOn: 'node2',
  commands: [migrate, 'node3# glusterd'],
  async run(stage, guest) {
    requireDone(await duringMigration(stage, () => killOn('node3', 'glusterd')));
    await writes(guest);
    await stage.types('node3# glusterd');
    await bricksOnline(lab().master, 'ganeti', lab().nodes.length);
    requireNoErrors(guest);
  },
};

export const sourceClientKilled: ClusterScenario = {
  name: 'cluster: FUSE client of the source killed during a migration',
  section: 'A migration was interrupted',
  guestOn: 'node2',
  commands: [migrate, 'node1# gnt-instance list', ...restartCommands],
  async run(stage, guest) {
    await duringMigration(stage, () => killOn('node2', 'client'));
    await stage.types('node1# gnt-instance list');
    await restartsHealed(stage, guest);
  },
};

const back = 'node1# gnt-instance migrate -f -n node2.lab inst1.lab';

export const targetClientKilled: ClusterScenario = {
  name: 'cluster: FUSE client of the target killed during a migration',
  section: 'A migration was interrupted',
  guestOn: 'node2',
  commands: [migrate, 'node1# gnt-instance list', ...restartCommands, back],
  async run(stage, guest) {
    await duringMigration(stage, () => killOn('node3', 'client'));
    const list = await stage.types('node1# gnt-instance list');
    await restartsHealed(stage, guest);
    // Ganeti gave up before it detached the disk from the source.
    await stage.types(list.includes('node3.lab') ? back : migrate);
    if (!list.includes('node3.lab')) await stage.types(back);
    await writes(guest);
  },
};

export const targetLost: ClusterScenario = {
  name: 'cluster: target loses power during a migration',
  section: 'A migration was interrupted',
  guestOn: 'node2',
  commands: [
    migrate,
    'node1# gnt-instance list',
    'node1# gnt-node modify --offline=yes node3.lab',
    'node1# gnt-instance activate-disks inst1.lab',
    ...bootCommands('node3'),
  ],
  async run(stage, guest) {
    await duringMigration(stage, () => timed('node3 loses power', () => node('node3.lab').kill()));
    await stage.types('node1# gnt-instance list');
    await stage.types('node1# gnt-node modify --offline=yes node3.lab');
    // It opens the disk where the guest runs, and breaks the lease of the node that is offline now.
    await stage.types('node1# gnt-instance activate-disks inst1.lab');
    await writes(guest);
    await bootsAgain(stage, 'node3');
  },
};

export const sourceLost: ClusterScenario = {
  name: 'cluster: source loses power during a migration',
  section: 'A migration was interrupted',
  guestOn: 'node2',
  commands: [
    migrate,
    'node1# gnt-instance list',
    'node1# gnt-node modify --offline=yes node2.lab',
    'node1# gnt-instance failover -f -n node3.lab inst1.lab',
    ...bootCommands('node2'),
  ],
  async run(stage, guest) {
    const { types } = stage;
    await duringMigration(stage, () => timed('node2 loses power', () => node('node2.lab').kill()));
    const list = await types('node1# gnt-instance list');
    await types('node1# gnt-node modify --offline=yes node2.lab');
    // Where the power went late, Ganeti knows the guest on the target, and it runs there.
    if (list.includes('node3.lab')) await writes(guest);
    else await survives(guest, () => types('node1# gnt-instance failover -f -n node3.lab inst1.lab'));
    await bootsAgain(stage, 'node2');
    await writes(guest);
  },
};
