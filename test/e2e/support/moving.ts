import { readFileSync } from 'node:fs';
import type { LabNode } from '../../lab/node.ts';
import { look, run } from './commands.ts';
import { lab, secondVolume } from './lab.ts';
import { resetCluster } from './reset.ts';

const text = readFileSync(new URL('../../../docs/moving.md', import.meta.url), 'utf8');

/** The headings of docs/moving.md below which commands are shown, in their order. */
export const sections: readonly string[] = text
  .split(/^#+ /m)
  .filter((section) => commandsIn(section).length > 0)
  .map((section) => section.slice(0, section.indexOf('\n')));

/** The command lines that docs/moving.md shows below a heading, without the prompt. All are for node1. */
export function commandsOf(heading: string): readonly string[] {
  const section = text.split(/^#+ /m).find((candidate) => candidate.startsWith(`${heading}\n`));
  const commands = commandsIn(section ?? '');
  if (commands.length === 0) throw new Error(`docs/moving.md has no section ${heading} with commands`);
  return commands;
}

function commandsIn(section: string): readonly string[] {
  return [...section.matchAll(/^node1# (.*)$/gm)].map((match) => match[1] ?? '');
}

const fileStorage = '/srv/ganeti/file-storage';
const sharedStorage = '/srv/ganeti/shared-file-storage';
const ownMount = '/run/ganeti/gluster';
const bounds = (disk: number, most: number): string =>
  `--ipolicy-bounds-specs min:cpu-count=1,disk-count=1,disk-size=${disk},memory-size=128,nic-count=1,spindle-use=1/` +
  `max:cpu-count=8,disk-count=16,disk-size=${most},memory-size=32768,nic-count=8,spindle-use=12`;

/** Gives the nodes what the templates file, sharedfile and gluster need; small disks are allowed. */
export async function prepareTemplates(): Promise<void> {
  const script = `mkdir -p ${fileStorage} ${sharedStorage}
    printf '%s\\n' ${fileStorage} ${sharedStorage} /var/run/ganeti/gluster >/etc/ganeti/file-storage-paths
    mount -t glusterfs localhost:/${secondVolume} ${sharedStorage}; grep -q ' ${sharedStorage} ' /proc/mounts`;
  for (const node of lab().nodes) await look(node, script);
  await run('gnt-cluster modify -D gluster:host=node1.lab,volume=ganeti');
  await run(`gnt-cluster modify ${bounds(128, 1048576)}`);
}

/** Takes all of that back, whatever the tests did. */
export async function takeTemplatesBack(): Promise<void> {
  await resetCluster();
  const usual = 'ext,diskless';
  await run(`gnt-cluster modify --ipolicy-disk-templates=${usual}`);
  await run(`gnt-cluster modify --enabled-disk-templates=${usual}`);
  await run(`gnt-cluster modify ${bounds(1024, 1048576)}`);
  await removeNativeDirectory(lab().master);
  const script = `for point in ${sharedStorage} ${ownMount}; do
      ! grep -q " $point " /proc/mounts || umount -l "$point"
    done
    rm -rf ${fileStorage} /etc/ganeti/file-storage-paths`;
  for (const node of lab().nodes) await look(node, script);
}

/** What Ganeti's own template makes on the volume and never removes; must be empty. */
async function removeNativeDirectory(node: LabNode): Promise<void> {
  const script = `mkdir -p /tmp/volume; mount -t glusterfs localhost:/ganeti /tmp/volume
    if [ -d /tmp/volume/ganeti ]; then rmdir /tmp/volume/ganeti; fi; umount /tmp/volume; rmdir /tmp/volume`;
  await look(node, script);
}
