import { writes } from '../../../e2e/support/guests.ts';
import { killOn } from '../../../e2e/support/processes.ts';
import { hasErrors, requireNoErrors, survives } from '../../../e2e/support/records.ts';
import { type ClusterScenario, requireText } from '../stage.ts';
import { brickCommands, restartCommands, restartsHealed, startsBrick } from '../way-out.ts';

export const brickKilled: ClusterScenario = {
  name: 'cluster: brick killed',
  section: 'A brick is down',
  guestOn: 'node2',
  commands: ['node1# gluster volume status ganeti', ...brickCommands],
  async run(stage, guest) {
    const { types, typesUntil } = stage;
    await killOn('node3', 'brick');
    await writes(guest);
    await typesUntil('node1# gluster volume status ganeti', (output) => /N\/A +N\/A +N +N\/A/.test(output));
    const waiting = await types('node1# gluster volume heal ganeti info summary');
    requireText(waiting, /Transport endpoint is not connected/);
    await startsBrick(stage);
    await writes(guest);
    requireNoErrors(guest);
  },
};

export const clientKilled: ClusterScenario = {
  name: 'cluster: FUSE client killed',
  section: 'The FUSE client of a node is dead',
  guestOn: 'node2',
  commands: ['node1# gnt-instance list', 'node2# gnt-gluster mount status', ...restartCommands],
  async run(stage, guest) {
    const { types } = stage;
    const after = guest.console.mark();
    await killOn('node2', 'client');
    await hasErrors(guest, after);
    requireText(await types('node1# gnt-instance list'), /inst1\.lab .*node2\.lab +running/);
    requireText(await types('node2# gnt-gluster mount status', 1), /default\/ganeti +dead .*qemu/);
    await restartsHealed(stage, guest);
    requireText(await types('node2# gnt-gluster mount status'), /default\/ganeti +mounted /);
  },
};

export const glusterdKilled: ClusterScenario = {
  name: 'cluster: glusterd killed',
  section: 'glusterd of a node is down',
  guestOn: 'node2',
  commands: [
    'node2# gnt-gluster config check',
    'node1# gluster peer status',
    'node1# gnt-instance shutdown inst1.lab',
    'node1# gnt-instance startup inst1.lab',
    'node2# glusterd',
  ],
  async run({ types, tries, typesUntil }, guest) {
    await killOn('node2', 'glusterd');
    await writes(guest);
    await tries('node2# gnt-gluster config check');
    await typesUntil('node1# gluster peer status', (output) => output.includes('(Disconnected)'));
    // It has to mount the volume again.
    await types('node1# gnt-instance shutdown inst1.lab');
    await survives(guest, () => types('node1# gnt-instance startup inst1.lab'));
    await types('node2# glusterd');
    await typesUntil('node1# gluster peer status', (output) => !output.includes('(Disconnected)'));
    await types('node2# gnt-gluster config check');
    requireNoErrors(guest);
  },
};
