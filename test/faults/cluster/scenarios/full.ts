import { setTimeout as sleep } from 'node:timers/promises';
import { look, run } from '../../../e2e/support/commands.ts';
import { instanceOptions, writes } from '../../../e2e/support/guests.ts';
import { volumes } from '../../../e2e/support/heal.ts';
import { lab } from '../../../e2e/support/lab.ts';
import { timed } from '../../../e2e/support/progress.ts';
import { requireNoErrors, survives } from '../../../e2e/support/records.ts';
import { createVolume } from '../../../lab/gluster.ts';
import { instance } from '../../../lab/layout.ts';
import { poll } from '../../../lab/process.ts';
import { healCommands, typesHeal } from '../heal.ts';
import { type ClusterScenario, requireText, timeLimit } from '../stage.ts';

const volume = 'small';
const mount = `/mnt/${volume}`;
const somebodysFile = `${mount}/old.iso`;
const configuration = `[pool.default]\nvolumes = ["ganeti"]\n\n[pool.${volume}]\nvolumes = ["${volume}"]\n`;

/** Bricks that are full to the last block take themselves down; what Gluster keeps free has to be more than 1% here. */
const settings = { 'storage.reserve': '10' };

/** A volume smaller than the guest's disk is large, with a mount of the administrator's own. */
async function prepare(): Promise<void> {
  const { nodes, master } = lab();
  if (!(await volumes()).includes(volume)) await createVolume({ name: volume, nodes, brickMebibytes: 400, settings });
  for (const node of nodes) await node.exec(['tee', '/etc/ganeti/gluster.toml'], { input: configuration });
  const script = `mkdir -p ${mount}; mountpoint -q ${mount} || mount -t glusterfs ${master.fqdn}:/${volume} ${mount}`;
  await look(master, script);
}

/**
 * Somebody fills the volume; slowly at the end, because Gluster looks every five seconds how much is free, and again when
 * it is full, because XFS gives back what it had reserved for a file that grows.
 */
async function fill(): Promise<void> {
  const script = `write() { dd if=/dev/zero of=${somebodysFile} bs=1M oflag=append conv=notrunc,fsync "$@" 2>/dev/null; }
    write count=220 || true
    refused=0
    while [ $refused -lt 2 ]; do
      if write count=4; then refused=0; sleep 2; else refused=$((refused + 1)); sleep 6; fi
    done`;
  await timed(`${somebodysFile} fills the volume ${volume}`, () =>
    lab().master.exec(['sh', '-euc', script], { timeoutMs: timeLimit }),
  );
}

/** Makes room again and takes the mount away, whatever came before. */
async function cleanUp(): Promise<void> {
  await look(lab().master, `rm -f ${somebodysFile}; ! mountpoint -q ${mount} || umount ${mount}`);
}

const monitor = 'socat STDIO UNIX-CONNECT:/run/ganeti/kvm-hypervisor/ctrl/inst1.lab.monitor';
const status = `node2# echo info status | ${monitor}`;
const goOn = `node2# echo cont | ${monitor}`;
const grow = 'node1# gnt-instance grow-disk inst1.lab 0 1G';
const backup = 'node1# gnt-backup export --shutdown-timeout=0 -n node3.lab inst1.lab';
const start = 'node1# gnt-instance startup inst1.lab';
const removeOther = 'node1# gnt-instance remove -f inst2.lab';
const makeRoom = `node1# rm ${somebodysFile}`;

export const brickFull: ClusterScenario = {
  name: 'cluster: bricks full',
  section: 'A volume is full',
  guestOn: 'node2',
  disk: `pool=${volume}`,
  prepare,
  commands: [
    'node1# gnt-instance list',
    'node2# gnt-gluster mount status',
    status,
    grow,
    removeOther,
    makeRoom,
    goOn,
    backup,
    ...healCommands(volume),
    start,
  ],
  async run(stage, guest) {
    const { types, tries, typesUntil } = stage;
    const paused = (output: string): boolean => output.includes('VM status: paused (io-error)');
    const other = instanceOptions(2, { node: 'node2.lab', disk: `pool=${volume}`, stopped: true });
    await run(`gnt-instance add ${other} ${instance(2).name}`);
    try {
      await fill();
      await typesUntil(status, paused);
      requireText(await types('node1# gnt-instance list'), /inst1\.lab .*node2\.lab +running/);
      requireText(await types('node2# gnt-gluster mount status'), /small\/small +mounted /);
      const refused = await tries(grow);
      requireText(refused.stdout + refused.stderr, /exit code 8.*no room for/s);
      await types(removeOther);
      await types(makeRoom);
      await poll('the guest goes on', timeLimit, async () => {
        const before = guest.console.lastRecord();
        await types(goOn);
        await sleep(3000);
        return guest.console.lastRecord() > before ? true : undefined;
      });
      requireText(await types(status), /VM status: running/);
      await writes(guest);
      requireNoErrors(guest);

      await fill();
      await typesUntil(status, paused);
      const failed = await tries(backup);
      requireText(failed.stdout + failed.stderr, /exit code 8.*no (?:room|space)/s);
      await types(makeRoom);
      // The write that was on its way is on some bricks only: what the guest finds must not depend on which it asks.
      await typesHeal(stage, volume);
      await survives(guest, () => types(start));
    } finally {
      await cleanUp();
    }
  },
};
