import { look } from '../../../e2e/support/commands.ts';
import { node } from '../../../e2e/support/lab.ts';
import { killOn } from '../../../e2e/support/processes.ts';
import { survives } from '../../../e2e/support/records.ts';
import { poll, type RunResult } from '../../../lab/process.ts';
import { healCommands, typesHeal } from '../heal.ts';
import { type ClusterScenario, type Stage, timeLimit } from '../stage.ts';

const exportIt = 'node1# gnt-backup export -n node3.lab inst1.lab';
const remove = 'node1# gnt-backup remove inst1.lab';

/** Starts a backup of the guest on node2, does something once a snapshot is being made, and waits for its end. */
async function duringSnapshot({ tries }: Stage, action: () => Promise<void>): Promise<RunResult> {
  let over = false;
  const running = tries(exportIt).finally(() => {
    over = true;
  });
  const script = 'ls -A /bricks/ganeti/brick/images/.work /bricks/ganeti/brick/images 2>/dev/null | grep snap || true';
  const failing = poll('a snapshot is being made', timeLimit, async () =>
    over || (await look(node('node1.lab'), script)).length > 0 ? true : undefined,
  ).then(action);
  const [result] = await Promise.all([running, failing]);
  return result;
}

export const brickKilledCopying: ClusterScenario = {
  name: 'cluster: brick killed during a backup',
  section: 'A brick is down',
  guestOn: 'node2',
  commands: [exportIt, 'node1# gluster volume start ganeti force', ...healCommands(), remove],
  async run(stage, guest) {
    await survives(guest, async () => {
      const { exitCode, stderr } = await duringSnapshot(stage, () => killOn('node1', 'brick'));
      if (exitCode !== 0) throw new Error(`the backup failed: ${stderr}`);
    });
    await stage.types('node1# gluster volume start ganeti force');
    await typesHeal(stage);
    await stage.types(remove);
  },
};

export const clientKilledCopying: ClusterScenario = {
  name: 'cluster: FUSE client killed during a backup',
  section: 'A backup was interrupted',
  guestOn: 'node2',
  commands: [
    exportIt,
    'node1# gnt-instance list',
    'node2# gnt-gluster image list',
    'node1# gnt-instance startup inst1.lab',
    remove,
  ],
  async run(stage, guest) {
    await duringSnapshot(stage, () => killOn('node2', 'client'));
    await stage.types('node1# gnt-instance list');
    await stage.tries('node2# gnt-gluster image list');
    await survives(guest, () => stage.types('node1# gnt-instance startup inst1.lab'));
    await survives(guest, () => stage.types(exportIt));
    await stage.types(remove);
  },
};
