import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { devicesOfNode } from '../../lab/loops.ts';
import type { LabNode } from '../../lab/node.ts';
import { look } from './commands.ts';
import { stored } from './images.ts';
import { lab } from './lab.ts';

/**
 * Whatever the provider made on any volume or node and that is there although there is no instance. A volume stays
 * mounted, and nothing uses it.
 */
export async function leftovers(): Promise<readonly string[]> {
  const here = await Promise.all(lab().nodes.map(leftoversOf));
  return [...(await stored()), ...here.flat()];
}

async function leftoversOf(node: LabNode): Promise<readonly string[]> {
  if (node.pid === undefined) return [`${node.name} is off`];
  const devices = await devicesOfNode(node.pid);
  const script = `
    grep ' /run/ganeti-gluster/' /proc/mounts | grep -v ' /run/ganeti-gluster/mnt/[^ /]*/[^ /]* fuse.glusterfs ' || true
    find /proc/[0-9]*/fd -lname '/run/ganeti-gluster/mnt/*' -printf '%p %l\\n' 2>/dev/null || true
    for directory in lock images; do
      [ ! -d /run/ganeti-gluster/$directory ] || find /run/ganeti-gluster/$directory -type f
    done`;
  const found = [...devices.map(({ device, file }) => `${device} ${file}`), ...(await look(node, script))];
  return [...found, ...filesCalledNone(node)].map((what) => `${node.name}: ${what}`);
}

/** What Ganeti writes when it takes a disk without a block device for one. */
function filesCalledNone(node: LabNode): readonly string[] {
  const written = readdirSync(`${node.directory}/upper`, { recursive: true, encoding: 'utf8' });
  return written.filter((path) => basename(path) === 'None');
}
