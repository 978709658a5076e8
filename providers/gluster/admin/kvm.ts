import { clusterKvmPath, kvmInstances } from '#gluster/ganeti/hypervisor.ts';
import { hasGlusterDriver, qemuOfNode } from '#gluster/kvm/driver.ts';
import { libraryGuestsInChroot } from '#gluster/kvm/guests.ts';
import { isWrapper, wrapper } from '#gluster/kvm/wrapper.ts';
import type { Command, Report } from './command.ts';
import { chrootNotes, wayHere } from './kvm-notes.ts';
import { table } from './table.ts';

/** gnt-gluster kvm status */
export const kvmStatus: Command = {
  name: 'kvm status',
  summary: 'show whether the cluster starts guests through gnt-gluster-kvm',
  operands: [],
  options: {},
  local: true,
  run: showStatus,
};

async function showStatus(): Promise<Report> {
  const current = await clusterKvmPath();
  const instances = await kvmInstances();
  const enabled = isWrapper(current);
  const rows = instances.map(({ instance, path, chroot }) => [
    instance,
    path,
    isWrapper(path) ? 'yes' : 'no',
    chroot ? 'yes' : 'no',
  ]);
  const summary = enabled
    ? `The cluster starts guests through ${wrapper}, which runs ${qemuOfNode()}.`
    : `The cluster starts guests with ${current}. To have them started through ${wrapper}: gnt-gluster kvm enable`;
  const driver = await hasGlusterDriver();
  const exposed = libraryGuestsInChroot().map(({ instance }) => instance);
  const notes = [summary, wayHere(enabled, driver), ...chrootNotes(instances, exposed)]
    .map((line) => `${line}\n`)
    .join('');
  const listed = rows.length === 0 ? '' : `\n${await table(['Instance', 'kvm_path', 'Ours', 'use_chroot'], rows)}`;
  const qemu = enabled ? qemuOfNode() : current;
  return {
    json: { enabled, clusterPath: current, qemu, driver, instances: instances.map((one) => ({ ...one })), exposed },
    text: `${notes}${listed}`,
  };
}
