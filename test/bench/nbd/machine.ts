import { fileURLToPath } from 'node:url';
import { quoteForShell } from '#gluster/admin/qemu-arguments.ts';
import type { Guest } from '../../lab/guest.ts';
import type { LabNode } from '../../lab/node.ts';
import { poll } from '../../lab/process.ts';
import type { Runner } from '../data/measure.ts';

/** What its initramfs is made of. */
export const machineStart = {
  init: fileURLToPath(new URL('init.sh', import.meta.url)),
  modules: ['virtio_pci', 'virtio_net', 'virtiofs', 'loop', 'nbd'],
};

const [key, connection, socket, log] = [
  '/run/machine.key',
  '/run/machine.ssh',
  '/run/machine.sock',
  '/run/machine.log',
];
const mebibytes = 2048;
const options = ['BatchMode=yes', 'ConnectTimeout=5', 'StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null'];

/**
 * Boots a kernel with modules of its own, emulated, in the place of a node: its root is what the node has, its address
 * is the node's, which the node itself has no more. It goes with the node. Commands reach it from `from`, another node,
 * by ssh.
 */
export async function bootMachine(node: LabNode, from: LabNode, guest: Guest): Promise<Runner> {
  await from.exec(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const { stdout: publicKey } = await from.exec(['cat', `${key}.pub`]);
  // A bash that sshd starts reads .bashrc, and what some have in theirs takes the machine ten seconds.
  const accept = 'rm -f /root/.bashrc; umask 077; mkdir -p /root/.ssh; cat >>/root/.ssh/authorized_keys';
  await node.exec(['sh', '-euc', accept], { input: publicKey });
  await node.exec(['sh', '-euc', `${plug}\n${share}\n${emulator(node, guest)} </dev/null >>${log} 2>&1 &`], {
    timeLimit: 60_000,
  });
  // One connection for all commands: to make it takes the machine a second or two.
  const connect = words([
    'ssh',
    '-fNM',
    '-S',
    connection,
    '-i',
    key,
    ...options.flatMap((one) => ['-o', one]),
    node.fqdn,
  ]);
  try {
    await poll(`${node.name} boots`, 300_000, async () => {
      const { exitCode } = await from.exec(['sh', '-c', `${connect} </dev/null >/dev/null 2>&1`], { reject: false });
      return exitCode === 0 ? true : undefined;
    });
  } catch (cause) {
    const { stdout } = await node.exec(['tail', '-n', '20', log]);
    throw new Error(`the machine does not boot:\n${stdout}`, { cause });
  }
  const ssh = ['ssh', '-S', connection, node.fqdn];
  return {
    exec: (argv, { cwd = '/', ...rest } = {}) =>
      from.exec([...ssh, `cd ${quoteForShell(cwd)} && ${words(argv)}`], rest),
  };
}

/** A bridge has the node's port and the machine's. */
const plug = `ip -batch - <<EOF
link add machine0 type bridge
link set machine0 up
tuntap add tap0 mode tap
link set tap0 master machine0 up
address flush dev eth0
link set eth0 master machine0
EOF`;

/** Nobody else changes the node's files: the machine may keep what it read. */
const share = `/usr/lib/qemu/virtiofsd --socket-path=${socket} -o source=/,cache=always,sandbox=chroot </dev/null >>${log} 2>&1 &
while [ ! -S ${socket} ]; do kill -0 $!; sleep 0.1; done`;

function emulator({ address, fqdn }: LabNode, { kernel, initramfs }: Guest): string {
  const append = `console=ttyS0 quiet panic=-1 address=${address}/24 node=${fqdn}`;
  return words([
    'qemu-system-x86_64',
    ...['-nodefaults', '-display', 'none', '-no-reboot', '-serial', 'stdio'],
    // The processor of the lab's guests. A newer one has a `rep movsb` that kernels prefer, which is emulated byte by
    // byte.
    ...['-accel', 'tcg,thread=multi', '-cpu', 'qemu64', '-smp', '2'],
    // virtiofsd reads and writes the machine's memory.
    ...['-m', String(mebibytes), '-object', `memory-backend-memfd,id=memory,size=${mebibytes}M,share=on`],
    ...['-machine', 'q35,memory-backend=memory'],
    ...['-kernel', kernel, '-initrd', initramfs, '-append', append],
    ...['-chardev', `socket,id=root,path=${socket}`, '-device', 'vhost-user-fs-pci,chardev=root,tag=root'],
    ...['-netdev', 'tap,id=net,ifname=tap0,script=no,downscript=no', '-device', 'virtio-net-pci,netdev=net'],
  ]);
}

function words(argv: readonly string[]): string {
  return argv.map(quoteForShell).join(' ');
}
