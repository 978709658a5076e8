import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { Failure } from '#src/errors.ts';
import { cacheDirectory, filesDirectory } from './layout.ts';
import { mustRun, run } from './process.ts';
import { processOf } from './processes.ts';

/** What instances boot; the paths are the same on every node. */
export interface Guest {
  readonly kernel: string;
  readonly initramfs: string;
}

/** What a guest's initramfs has beside busybox. */
export interface GuestStart {
  /** The file of the script that the kernel starts. */
  readonly init: string;
  /** What it is to load, beside all that these need. */
  readonly modules: readonly string[];
}

/** A guest that proves its disks: block devices, hot-plug and the power button. */
const recordingGuest: GuestStart = {
  init: `${filesDirectory}/guest-init.sh`,
  modules: ['virtio_pci', 'virtio_blk', 'button', 'evdev'],
};

/**
 * Debian's cloud kernel, unpacked instead of installed, and an initramfs of busybox and a script. Both are kept: it
 * takes some seconds and the archive the first time, and nothing afterwards.
 */
export async function prepareGuest({ init, modules } = recordingGuest): Promise<Guest> {
  mkdirSync(cacheDirectory, { recursive: true, mode: 0o755 });
  const tree = await unpackedKernel();
  const version = onlyEntry(`${tree}/lib/modules`);
  const script = readFileSync(init);
  const hash = createHash('sha256').update(script).update(modules.join()).update(readFileSync('/bin/busybox'));
  const key = hash.digest('hex').slice(0, 12);
  const guest = { kernel: `${tree}/boot/vmlinuz-${version}`, initramfs: `${tree}/initramfs-${key}.gz` };
  if (!existsSync(guest.initramfs)) await buildInitramfs(tree, version, { script, modules }, guest.initramfs);
  return guest;
}

async function unpackedKernel(): Promise<string> {
  const cached = readdirSync(cacheDirectory).filter((name) => name.startsWith('linux-image-'));
  const newest = cached.sort().at(-1);
  if (newest !== undefined) return `${cacheDirectory}/${newest}`;

  const name = await kernelPackage();
  const work = workDirectory();
  try {
    // From inside the directory, because that is where apt-get puts the package.
    await mustRun(['sh', '-c', 'cd "$1" && apt-get -q -o APT::Sandbox::User=root download "$2"', 'sh', work, name]);
    await mustRun(['dpkg-deb', '-x', `${work}/${onlyEntry(work)}`, `${work}/tree`]);
    await moveModules(`${work}/tree`);
    placeKernel(`${work}/tree`, `${cacheDirectory}/${name}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return `${cacheDirectory}/${name}`;
}

/** Another lab that starts at the same time may have been faster; its kernel is the same. */
function placeKernel(tree: string, target: string): void {
  try {
    renameSync(tree, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
  }
}

/** Debian 13 has the modules under /usr/lib. */
async function moveModules(tree: string): Promise<void> {
  if (existsSync(`${tree}/lib/modules`)) return;
  mkdirSync(`${tree}/lib`, { recursive: true });
  await mustRun(['mv', `${tree}/usr/lib/modules`, `${tree}/lib/modules`]);
}

async function kernelPackage(): Promise<string> {
  const architecture = (await mustRun(['dpkg', '--print-architecture'])).trim();
  const { stdout } = await run(['apt-cache', 'depends', `linux-image-cloud-${architecture}`]);
  const name = /Depends: (linux-image-\S+-cloud-\S+)/.exec(stdout)?.[1];
  if (name === undefined) {
    throw new Failure('environment', 'apt knows no linux-image-cloud package: run apt-get update first');
  }
  return name;
}

async function buildInitramfs(
  tree: string,
  version: string,
  { script, modules }: { readonly script: Uint8Array; readonly modules: readonly string[] },
  target: string,
): Promise<void> {
  const work = workDirectory();
  try {
    await mustRun(['install', '-D', '/bin/busybox', `${work}/root/bin/busybox`]);
    mkdirSync(`${work}/root/modules`);
    mkdirSync(`${work}/root/dev`);
    writeFileSync(`${work}/root/init`, script, { mode: 0o755 });
    writeFileSync(`${work}/root/modules/order`, await copyModules(tree, version, modules, `${work}/root/modules`));
    await mustRun(['mknod', '-m', '600', `${work}/root/dev/console`, 'c', '5', '1']);
    const pack = 'cd "$1/root" && find . | busybox cpio -o -H newc | gzip -1 >../initramfs';
    await mustRun(['sh', '-c', pack, 'sh', work]);
    renameSync(`${work}/initramfs`, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Copies the wanted modules and those they need, unpacked. Returns their names in the order to load them. */
async function copyModules(tree: string, version: string, modules: readonly string[], target: string): Promise<string> {
  await mustRun(['depmod', '-b', tree, version]);
  const files = new Set<string>();
  for (const module of modules) {
    const dependencies = await mustRun(['modprobe', '-d', tree, '-S', version, '--show-depends', module]);
    for (const match of dependencies.matchAll(/^insmod (\S+)/gm)) files.add(match[1] ?? '');
  }
  const names: string[] = [];
  for (const file of files) {
    const name = (file.split('/').at(-1) ?? '').replace(/\.xz$/, '');
    await mustRun([
      'sh',
      '-c',
      'case $1 in *.xz) xz -dc "$1" ;; *) cat "$1" ;; esac >"$2"',
      'sh',
      file,
      `${target}/${name}`,
    ]);
    names.push(name);
  }
  return `${names.join('\n')}\n`;
}

/** A directory for unfinished files; those of killed processes are removed. */
function workDirectory(): string {
  for (const name of readdirSync(cacheDirectory)) {
    const pid = /^work-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && processOf(Number(pid)) === undefined) {
      rmSync(`${cacheDirectory}/${name}`, { recursive: true, force: true });
    }
  }
  return mkdtempSync(`${cacheDirectory}/work-${process.pid}-`);
}

function onlyEntry(directory: string): string {
  const [entry] = readdirSync(directory);
  if (entry === undefined) throw new Failure('failed', `${directory} is empty`);
  return entry;
}
