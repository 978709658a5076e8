import { cpSync } from 'node:fs';
import path from 'node:path';
import { look, run } from '../../e2e/support/commands.ts';
import { lab } from '../../e2e/support/lab.ts';
import { enter, modeOf } from '../../e2e/support/modes.ts';
import { volumeName } from '../../lab/lab.ts';

export const accesses = ['kernelspace', 'userspace'] as const;

export type Access = (typeof accesses)[number];

/** A way to have the disk of an instance on the volume of the lab. */
export interface Variant {
  readonly name: string;
  /** What `gnt-instance add` is told of template and disk. */
  readonly options: string;
  readonly accesses: readonly Access[];
}

/** Ganeti's own template, which the others are compared to; this provider; and what Ganeti itself costs for any. */
export const variants = [
  { name: 'gluster', options: '-t gluster --disk 0:size=1G', accesses },
  { name: 'ext', options: '-t ext --disk 0:size=1G,provider=gluster', accesses },
  { name: 'floor', options: '-t ext --disk 0:size=1G,provider=floor', accesses },
] as const satisfies readonly Variant[];

const floorDirectory = '/usr/share/ganeti/extstorage/floor';
/** Where its verbs have the volume. */
const mount = '/srv/floor';

/** Gives the cluster what all variants need. The lab is removed with it. */
export async function prepareVariants(): Promise<void> {
  const script = `echo /var/run/ganeti/gluster >/etc/ganeti/file-storage-paths
    mkdir -p ${mount}; mount -t glusterfs localhost:/${volumeName} ${mount}; grep -q ' ${mount} ' /proc/mounts`;
  for (const node of lab().nodes) {
    const seenFromHere = `/proc/${node.pid}/root${floorDirectory}`;
    cpSync(path.join(import.meta.dirname, 'floor'), seenFromHere, { recursive: true });
    await look(node, script);
  }
  const templates = 'ext,diskless,gluster';
  await run(`gnt-cluster modify --enabled-disk-templates=${templates} --ipolicy-disk-templates=${templates}`);
  await run(`gnt-cluster modify -D gluster:host=${lab().master.fqdn},volume=${volumeName}`);
}

/** Has the guests of all variants use their disks so. */
export async function useAccess(access: Access): Promise<void> {
  await enter(modeOf(access === 'userspace' ? 'libgfapi' : 'block device'));
  await run(`gnt-cluster modify -D gluster:access=${access}`);
}
