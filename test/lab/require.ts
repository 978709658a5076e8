import { existsSync, readFileSync } from 'node:fs';
import { Failure } from '#src/errors.ts';
import { run } from './process.ts';

/** Programs the lab runs itself, and the package each is in. */
const programs: Readonly<Record<string, string>> = {
  glusterd: 'glusterfs-server',
  'mkfs.xfs': 'xfsprogs',
  modprobe: 'kmod',
  nsenter: 'util-linux',
  ip: 'iproute2',
  sshd: 'openssh-server',
  'gnt-cluster': 'ganeti',
  busybox: 'busybox-static',
};

/** Throws one sentence when this machine, or whoever runs this, cannot have a lab. */
export async function requireAbilities(): Promise<void> {
  const fail = (sentence: string): never => {
    throw new Failure('environment', sentence);
  };
  if (process.platform !== 'linux') fail(`the lab needs Linux with namespaces; this is ${process.platform}`);
  if (process.getuid?.() !== 0) fail('the lab makes namespaces, mounts and loop devices: run it as root');
  for (const [program, name] of Object.entries(programs)) {
    if (!['/usr/sbin', '/usr/bin', '/sbin', '/bin'].some((directory) => existsSync(`${directory}/${program}`))) {
      fail(`${program} is not installed: apt-get install ${name} (all of them: test/lab/packages.txt)`);
    }
  }
  // What is built into the kernel, or in it already, cannot be loaded: what counts is what is there afterwards.
  await run(['modprobe', '-q', '-a', 'overlay', 'xfs', 'loop', 'fuse', 'tun', 'veth', 'bridge']);
  const fileSystems = readFileSync('/proc/filesystems', 'utf8');
  for (const name of ['overlay', 'xfs']) {
    if (!new RegExp(`\\b${name}$`, 'm').test(fileSystems))
      fail(`this kernel has no ${name} file system (modprobe ${name})`);
  }
  for (const device of ['/dev/fuse', '/dev/loop-control', '/dev/net/tun']) {
    if (!existsSync(device)) fail(`the lab needs ${device}, and this machine has none`);
  }
}
