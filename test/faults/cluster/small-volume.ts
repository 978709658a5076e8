import { look } from '../../e2e/support/commands.ts';
import { volumes } from '../../e2e/support/heal.ts';
import { lab, node } from '../../e2e/support/lab.ts';
import { timed } from '../../e2e/support/progress.ts';
import { createVolume } from '../../lab/gluster.ts';
import { timeLimit } from './stage.ts';

/** The volume, and the pool it is alone in. */
export const volume = 'small';
const mount = `/mnt/${volume}`;

/** What somebody put on the volume, and is not an image. */
export const somebodysFile = `${mount}/old.iso`;
const configuration = `[pool.default]\nvolumes = ["ganeti"]\n\n[pool.${volume}]\nvolumes = ["${volume}"]\n`;

/** Bricks that are full to the last block take themselves down; what Gluster keeps free has to be more than 1% here. */
const settings = { 'storage.reserve': '10' };

/** Makes a volume smaller than the guest's disk is large, with a mount of the administrator's own. */
export async function makeSmallVolume(): Promise<void> {
  const { nodes, master } = lab();
  if (!(await volumes()).includes(volume)) await createVolume({ name: volume, nodes, brickMebibytes: 400, settings });
  for (const node of nodes) await node.exec(['tee', '/etc/ganeti/gluster.toml'], { input: configuration });
  const script = `mkdir -p ${mount}; mountpoint -q ${mount} || mount -t glusterfs ${master.fqdn}:/${volume} ${mount}`;
  await look(master, script);
}

/**
 * Somebody fills the volume; slowly at the end, because Gluster looks every five seconds how much is free, and again
 * when it is full, because XFS gives back what it had reserved for a file that grows.
 */
export async function fill(): Promise<void> {
  const script = `write() { dd if=/dev/zero of=${somebodysFile} bs=1M oflag=append conv=notrunc,fsync "$@" 2>/dev/null; }
    write count=220 || true
    refused=0
    while [ $refused -lt 2 ]; do
      if write count=4; then refused=0; sleep 2; else refused=$((refused + 1)); sleep 6; fi
    done`;
  await timed(`${somebodysFile} fills the volume ${volume}`, () =>
    lab().master.exec(['sh', '-euc', script], { timeLimit }),
  );
}

/** Writes where the guest does not look, so that its disk has something to copy. It has to be attached to node2. */
export async function writeContent(mebibytes: number): Promise<void> {
  const script = `device=$(losetup -n -O NAME,BACK-FILE | grep '/mnt/${volume}/' | cut -d ' ' -f 1)
    dd if=/dev/urandom "of=$device" bs=1M seek=512 count=${mebibytes} oflag=direct conv=notrunc,fsync 2>/dev/null`;
  await timed(`the disk has ${mebibytes} MiB more`, () => look(node('node2.lab'), script));
}

/** Makes room again and takes the mount away, whatever came before. */
export async function freeSmallVolume(): Promise<void> {
  await look(lab().master, `rm -f ${somebodysFile}; ! mountpoint -q ${mount} || umount ${mount}`);
}
