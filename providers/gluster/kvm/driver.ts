import { existsSync, realpathSync, statSync } from 'node:fs';
import { ganetiDirectory } from '#gluster/ganeti/ssconf.ts';
import { ifThereIsRoom, parseObject, readIfThere, replaceShared } from '#src/files.ts';
import { makeRunDirectory, runDirectory } from '#src/run-directory.ts';

/**
 * On every node, from `gnt-gluster kvm enable` on: the kvm_path that the cluster had before; gnt-gluster-kvm reads it.
 */
export const savedPathFile = '/etc/ganeti/gluster-kvm-path';
/** Ganeti's default for kvm_path. */
const usualQemu = '/usr/bin/kvm';
/** Where every node has the version of the cluster's Ganeti (SS_RELEASE_VERSION of lib/ssconf.py). */
const versionFile = `${ganetiDirectory}/ssconf_release_version`;

/**
 * Where every node has the hypervisor parameters of the cluster (SS_HVPARAMS_PREF of lib/pathutils.py and
 * lib/constants).
 */
const parametersFile = `${ganetiDirectory}/ssconf_hvparams_kvm`;

/** Where QEMU looks for its modules, as distributions build it. */
const moduleDirectories = [
  '/usr/lib/x86_64-linux-gnu/qemu',
  '/usr/lib/aarch64-linux-gnu/qemu',
  '/usr/lib/qemu',
  '/usr/lib64/qemu',
  '/usr/lib64/qemu-kvm',
];
const memory = `${runDirectory}/qemu`;

/** QEMU of this node: the one that gnt-gluster-kvm runs, else the one that Ganeti runs unless it was told otherwise. */
export function qemuOfNode(): string {
  return readIfThere(savedPathFile)?.trim() || usualQemu;
}

/**
 * Whether Ganeti hands any address of a disk to QEMU as it is: up to 3.0 it does. From 3.1 on it takes it apart, and
 * refuses all but gluster:// and rbd: (ParseStorageUriToBlockdevParam of lib/hypervisor/hv_kvm/kvm_utils.py).
 */
export function takesAnyUri(): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(readIfThere(versionFile) ?? '') ?? [];
  return major !== undefined && (Number(major) < 3 || (Number(major) === 3 && Number(minor) === 0));
}

/** Whether the cluster starts guests through gnt-gluster-kvm, unless one has a kvm_path of its own. */
export function usesWrapper(): boolean {
  const [, path = ''] = /^kvm_path=(\/\S*)$/m.exec(readIfThere(parametersFile) ?? '') ?? [];
  return /\/gnt-gluster-kvm$/.test(existsSync(path) ? realpathSync(path) : path);
}

/**
 * Whether QEMU shuts itself up in an empty directory, unless an instance has a use_chroot of its own: see chroot.ts.
 */
export function usesChroot(): boolean {
  return /^use_chroot=True$/m.test(readIfThere(parametersFile) ?? '');
}

/**
 * Whether QEMU of this node can open images on Gluster by itself: distributions put the driver in a package of its own,
 * and leave it out more and more. It is asked once, and again when QEMU or its modules changed. When it gives no answer
 * that we know, it counts as able to: then it says itself what it lacks.
 */
export async function hasGlusterDriver(): Promise<boolean> {
  const qemu = qemuOfNode();
  const state = fingerprintOf(qemu);
  const known = parseObject(readIfThere(memory) ?? '');
  if (known?.state === state && typeof known.driver === 'boolean') return known.driver;
  const driver = await askQemu(qemu);
  if (driver === undefined) return true;
  ifThereIsRoom(() => {
    makeRunDirectory();
    replaceShared(memory, JSON.stringify({ state, driver }));
  });
  return driver;
}

/** What an update of QEMU or of its modules changes. */
function fingerprintOf(qemu: string): string {
  return [qemu, ...moduleDirectories].map(stateOfPath).join(' ');
}

function stateOfPath(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? '-' : `${realpathSync(path)}:${found.ino}:${found.ctimeNs}`;
}

/**
 * Has QEMU open an image without naming a server: the driver, where it is there, refuses that before it does anything.
 */
async function askQemu(qemu: string): Promise<boolean | undefined> {
  const { run } = await import('#src/exec.ts');
  const machine = ['-M', 'none', '-nodefaults', '-display', 'none', '-S'];
  const argv = [qemu, ...machine, '-drive', 'if=none,driver=gluster,volume=volume,path=path'];
  try {
    const { stderr } = await run(argv, { timeLimit: 10_000 });
    return parseAnswer(stderr);
  } catch {
    // There is no QEMU: this node runs no guests of KVM.
    return undefined;
  }
}

/**
 * Reads what QEMU says: undefined when it tells neither that its driver wants a server, nor that there is no driver.
 */
export function parseAnswer(said: string): boolean | undefined {
  if (/gluster not found|Unknown driver 'gluster'|Unknown protocol 'gluster'/.test(said)) return false;
  return said.includes('server') ? true : undefined;
}
