import { randomUUID } from 'node:crypto';
import type { LabNode } from '../lab/node.ts';
import { type Remote, startRemote } from './remote.ts';

/**
 * Another node as the provider sees it, in namespaces of a lab's node: host name, machine-id, boot, processes, run
 * directory, memory, configuration and so Gluster clients of its own. It ends with its driver.
 */
const start = `
hostname "$1"
mkdir -p /run/ganeti-gluster /etc/ganeti /var/lib/ganeti-extstorage-gluster
for point in $(grep -o ' /run/ganeti-gluster[^ ]*' /proc/self/mountinfo | tac); do umount -l "$point" || true; done
mount -t tmpfs tmpfs /run/ganeti-gluster
mount -t tmpfs tmpfs /etc/ganeti
mount -t tmpfs tmpfs /var/lib/ganeti-extstorage-gluster
[ -e /etc/machine-id ] || : >/etc/machine-id
echo "$2" >/etc/ganeti/machine-id
echo "$3" >/etc/ganeti/boot-id
mount --bind /etc/ganeti/machine-id /etc/machine-id
mount --bind /etc/ganeti/boot-id /proc/sys/kernel/random/boot_id
shift 3
# Without exec: the first process of a node takes in those whose parents have ended.
"$@"
`;

/** Starts one. */
export function startMachine(node: LabNode, name: string): Remote {
  const namespaces = [
    '--uts',
    '--mount',
    '--propagation',
    'private',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
  ];
  const identity = [name, randomUUID().replaceAll('-', ''), randomUUID()];
  return startRemote(node, ['/usr/bin/unshare', ...namespaces, '/bin/sh', '-euc', start, 'sh', ...identity]);
}
