import { writes } from '../../../e2e/support/guests.ts';
import { node } from '../../../e2e/support/lab.ts';
import { timed } from '../../../e2e/support/progress.ts';
import { survives } from '../../../e2e/support/records.ts';
import { type ClusterScenario, requireText } from '../stage.ts';
import { bootCommands, bootsAgain } from '../way-out.ts';

export const nodeLost: ClusterScenario = {
  name: 'cluster: node loses power',
  section: 'A node is down',
  guestOn: 'node3',
  commands: [
    'node1# gnt-instance list',
    'node1# gnt-node modify --offline=yes node3.lab',
    'node1# gnt-instance failover -f -n node2.lab inst1.lab',
    ...bootCommands('node3'),
  ],
  async run(stage, guest) {
    const { types } = stage;
    await timed('node3 loses power', () => node('node3.lab').kill());
    requireText(await types('node1# gnt-instance list'), /inst1\.lab .*node3\.lab +ERROR_nodedown/);
    await types('node1# gnt-node modify --offline=yes node3.lab');
    await survives(guest, () => types('node1# gnt-instance failover -f -n node2.lab inst1.lab'));
    await bootsAgain(stage, 'node3');
    await writes(guest);
  },
};
