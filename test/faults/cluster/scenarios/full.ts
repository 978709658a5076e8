import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../../e2e/support/commands.ts';
import { type Guest, instanceOptions, writes } from '../../../e2e/support/guests.ts';
import { requireNoErrors, survives } from '../../../e2e/support/records.ts';
import { instance } from '../../../lab/layout.ts';
import { poll } from '../../../lab/process.ts';
import { backup, duringMigration, duringSnapshot, migrate, requireDone, requireFailed } from '../during.ts';
import { healCommands, typesHeal } from '../heal.ts';
import { fill, freeSmallVolume, makeSmallVolume, somebodysFile, volume, writeContent } from '../small-volume.ts';
import { type ClusterScenario, requireText, type Stage, timeLimit } from '../stage.ts';

const monitor = 'socat STDIO UNIX-CONNECT:/run/ganeti/kvm-hypervisor/ctrl/inst1.lab.monitor';
const status = (node: string): string => `${node}# echo info status | ${monitor}`;
const goOn = (node: string): string => `${node}# echo cont | ${monitor}`;
const list = 'node1# gnt-instance list';
const grow = 'node1# gnt-instance grow-disk inst1.lab 0 1G';
const backupAtOnce = 'node1# gnt-backup export --shutdown-timeout=0 -n node3.lab inst1.lab';
const startup = 'node1# gnt-instance startup inst1.lab';
const removeOther = 'node1# gnt-instance remove -f inst2.lab';
const makeRoom = `node1# rm ${somebodysFile}`;
const removeBackup = 'node1# gnt-backup remove inst1.lab';

const scene = {
  section: 'A volume is full',
  guestOn: 'node2',
  disk: `pool=${volume}`,
  prepare: makeSmallVolume,
  cleanUp: freeSmallVolume,
} as const;

const isPaused = (output: string): boolean => output.includes('VM status: paused (io-error)');

/** Has a paused guest go on, now that there is room. */
async function goesOn({ types }: Stage, guest: Guest, node: string): Promise<void> {
  await poll('the guest goes on', timeLimit, async () => {
    const before = guest.console.lastRecord();
    await types(goOn(node));
    await sleep(3000);
    return guest.console.lastRecord() > before ? true : undefined;
  });
  requireText(await types(status(node)), /VM status: running/);
  await writes(guest);
}

export const brickFull: ClusterScenario = {
  ...scene,
  name: 'cluster: bricks full',
  commands: [
    list,
    'node2# gnt-gluster mount status',
    status('node2'),
    grow,
    removeOther,
    makeRoom,
    goOn('node2'),
    backupAtOnce,
    ...healCommands(volume),
    startup,
  ],
  async run(stage, guest) {
    const { types, tries, typesUntil } = stage;
    const other = instanceOptions(2, { node: 'node2.lab', disk: `pool=${volume}`, stopped: true });
    await run(`gnt-instance add ${other} ${instance(2).name}`);
    await fill();
    await typesUntil(status('node2'), isPaused);
    requireText(await types(list), /inst1\.lab .*node2\.lab +running/);
    requireText(await types('node2# gnt-gluster mount status'), /small\/small +mounted /);
    requireFailed(await tries(grow), /exit code 8.*no room for/s);
    await types(removeOther);
    await types(makeRoom);
    await goesOn(stage, guest, 'node2');
    requireNoErrors(guest);

    await fill();
    await typesUntil(status('node2'), isPaused);
    requireFailed(await tries(backupAtOnce), /exit code 8.*no (?:room|space)/s);
    await types(makeRoom);
    // The write that was on its way is on some bricks only: what the guest finds must not depend on which it asks.
    await typesHeal(stage, volume);
    await survives(guest, () => types(startup));
  },
};

/** Filling a volume takes longer than a migration, which Ganeti lets have 32 MiB/s unless told. */
const limitMigration = (mebibytes: number): Promise<string> =>
  run(`gnt-cluster modify -H kvm:migration_bandwidth=${mebibytes}`);

export const fullMigrating: ClusterScenario = {
  ...scene,
  async prepare() {
    await scene.prepare();
    await limitMigration(1);
  },
  async cleanUp() {
    await limitMigration(32);
    await scene.cleanUp();
  },
  name: 'cluster: bricks full during a migration',
  commands: [migrate, status('node2'), list, status('node3'), makeRoom, goOn('node3')],
  async run(stage, guest) {
    const { types, typesUntil } = stage;
    const result = await duringMigration(stage, async () => {
      await fill();
      await typesUntil(status('node2'), isPaused);
    });
    requireDone(result);
    requireText(await types(list), /inst1\.lab .*node3\.lab +running/);
    await typesUntil(status('node3'), isPaused);
    await types(makeRoom);
    await goesOn(stage, guest, 'node3');
    requireNoErrors(guest);
  },
};

export const fullCopying: ClusterScenario = {
  ...scene,
  name: 'cluster: bricks full during a backup',
  commands: [backup, list, makeRoom, startup, removeBackup],
  async run(stage, guest) {
    const { types } = stage;
    await writeContent(40);
    requireFailed(await duringSnapshot(stage, fill), /exit code 8.*no (?:room|space)/is);
    requireText(await types(list), /inst1\.lab .*node2\.lab +ERROR_down/);
    await types(makeRoom);
    await survives(guest, () => types(startup));
    await survives(guest, () => types(backup));
    await types(removeBackup);
    requireNoErrors(guest);
  },
};
