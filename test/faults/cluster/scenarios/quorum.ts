import { writes } from '../../../e2e/support/guests.ts';
import { lab } from '../../../e2e/support/lab.ts';
import { cutOff, reconnect } from '../../../e2e/support/network.ts';
import { hasErrors } from '../../../e2e/support/records.ts';
import { bricksOnline } from '../../../lab/gluster.ts';
import type { ClusterScenario } from '../stage.ts';

export const quorumLost: ClusterScenario = {
  name: 'cluster: partition without quorum',
  section: 'A node has lost quorum',
  guestOn: 'node2',
  commands: [
    'node2# gluster peer status',
    'node2# gnt-gluster mount status',
    'node2# gnt-gluster image list',
    'node1# gnt-instance grow-disk inst1.lab 0 128M',
    'node1# gluster volume status ganeti',
    'node1# gnt-instance activate-disks inst1.lab',
  ],
  async run({ types, tries, typesUntil }, guest) {
    const after = guest.console.mark();
    await cutOff('node2');
    await hasErrors(guest, after);
    await typesUntil('node2# gluster peer status', (output) => output.split('(Disconnected)').length === 3);
    await tries('node2# gnt-gluster mount status');
    await tries('node2# gnt-gluster image list');
    const grown = await tries('node1# gnt-instance grow-disk inst1.lab 0 128M');
    if (grown.exitCode === 0) throw new Error('a disk grew without quorum');
    await reconnect('node2');
    await bricksOnline(lab().master, 'ganeti', lab().nodes.length);
    await types('node1# gluster volume status ganeti');
    await writes(guest);
    // Ganeti took note that it could not activate the disk of the guest, which runs.
    await types('node1# gnt-instance activate-disks inst1.lab');
    await types('node1# gnt-instance grow-disk inst1.lab 0 128M');
  },
};
