import { describe, expect, test } from 'vitest';
import { node, shell } from '../support/lab.ts';
import { providerDirectory } from '../support/provider.ts';
import { attach, attachedNew, done, run as verbs } from '../support/verbs.ts';
import { providerMount, useGlusterLedger } from './support/storage.ts';

const ledger = useGlusterLedger();
const wrapper = `${providerDirectory}/gnt-gluster-kvm`;
const executable = `${providerDirectory}/ganeti-extstorage-gluster`;

/** Takes the place of QEMU: tells its process, its descriptor 7, and its arguments, one a line. */
const qemu = `#!/bin/sh
echo $$
cat <&7
for argument; do printf '%s\\n' "$argument"; done
`;

/** Runs the wrapper with a descriptor 7, as Ganeti hands down those of the network, in a process that is known. */
async function run(
  args: readonly string[],
  before = '',
  program = wrapper,
): Promise<{ readonly pid: string; readonly lines: string[] }> {
  ledger.later(() => shell('rm -f /etc/ganeti/gluster-kvm-path /tmp/qemu /tmp/network'));
  await node().exec(['sh', '-c', 'mkdir -p /etc/ganeti; cat >/tmp/qemu; chmod +x /tmp/qemu'], { input: qemu });
  await shell('echo /tmp/qemu >/etc/ganeti/gluster-kvm-path; echo network >/tmp/network');
  const script = `${before} exec 7</tmp/network; echo $$; exec "$@"`;
  const [pid = '', ...lines] = (await shell(script, program, ...args)).trimEnd().split('\n');
  return { pid, lines };
}

const drive = (server: string, path: string): string =>
  `file=gluster://${server}:24007/ganeti/${path},format=raw,if=none`;

test('QEMU takes its place, with its descriptors and all arguments as they were', async () => {
  const args = ['-name', "in'st 1", '', '-device', '?', '$(id)', '-drive', 'file=/dev/loop1', 'a\\b*'];
  const { pid, lines } = await run(args);
  expect(lines).toEqual([pid, 'network', ...args]);
});

test('arguments that name an image on Gluster get its servers, and the others stay as they are', async () => {
  const disk = ledger.disk();
  await attachedNew(disk, 8);
  const path = `images/${disk.name}/disk`;
  const args = ['-name', "in'st 1", '', '$(id)', '-drive', drive('node7.lab', path), 'a\\b*'];
  const { pid, lines } = await run(args);
  // What answers comes first; node7 does not exist.
  const servers = ['node1.lab', 'node7.lab'].map(
    (host, index) => `file.server.${index}.type=inet,file.server.${index}.host=${host},file.server.${index}.port=24007`,
  );
  const rewritten = `file.driver=gluster,file.volume=ganeti,file.path=${path},${servers.join(',')},format=raw,if=none`;
  expect(lines).toEqual([pid, 'network', '-name', "in'st 1", '', '$(id)', '-drive', rewritten, 'a\\b*']);
});

test.each([
  ['a symbolic link', 'ln -s "$2" /usr/local/bin/kvm-of-ours', '/usr/local/bin/kvm-of-ours'],
  [
    'a link to a link',
    'ln -s "$2" /usr/local/bin/gnt-gluster-kvm; ln -s gnt-gluster-kvm /usr/local/bin/kvm-of-ours',
    '/usr/local/bin/kvm-of-ours',
  ],
  ['found by PATH', 'ln -s "$2" /usr/local/bin/kvm-of-ours', 'kvm-of-ours'],
])('as %s it finds what it needs', async (_, prepare, program) => {
  const disk = ledger.disk();
  await attachedNew(disk, 8);
  ledger.later(() => shell('rm -f /usr/local/bin/kvm-of-ours /usr/local/bin/gnt-gluster-kvm'));
  await shell(prepare.replaceAll('$2', '$1'), wrapper);
  const { lines } = await run(['-drive', drive('node1.lab', `images/${disk.name}/disk`)], '', program);
  expect(lines.at(-1)).toContain('file.driver=gluster');
});

test.each([
  ['an empty file', ''],
  ['blanks', ' \n'],
  ['the wrapper itself', wrapper],
])('with %s for the kvm_path of before it runs the usual QEMU', async (_, text) => {
  const usual = '/usr/bin/kvm';
  await run([]);
  ledger.later(() => shell('if [ -e "$1.real" ]; then mv "$1.real" "$1"; else rm -f "$1"; fi', usual));
  await shell('[ ! -e "$1" ] || mv "$1" "$1.real"; cp /tmp/qemu "$1"', usual);
  await shell('printf "%s" "$1" >/etc/ganeti/gluster-kvm-path', text);
  const printed = await shell('exec 7</tmp/network; exec timeout 20 "$1" -M "?"', wrapper);
  expect(printed.trimEnd().split('\n').slice(1)).toEqual(['network', '-M', '?']);
});

test('a guest without images on Gluster does not wait for us', async () => {
  const trace = '/tmp/kvm-trace';
  ledger.later(() => shell('rm -f "$1"', trace));
  await run(['-device', '?']);
  await shell('exec 7</tmp/network; strace -f -qq -e trace=execve -o "$1" "$2" -M "?" >/dev/null', trace, wrapper);
  const programs = (await shell('cat "$1"', trace)).split('\n').filter((line) => line.includes('execve('));
  expect(programs.map((line) => /execve\("([^"]+)"/.exec(line)?.[1])).toEqual([wrapper, '/tmp/qemu', '/usr/bin/cat']);
});

test("should the rewriting fail, Ganeti's own arguments are used", async () => {
  const args = ['-drive', drive('node1.lab', 'images/x/disk')];
  ledger.later(() => shell('rm -f /etc/ganeti/gluster.toml'));
  const { pid, lines } = await run(args, 'echo "[" >/etc/ganeti/gluster.toml;');
  expect(lines).toEqual([pid, 'network', ...args]);
});

describe('in a chroot, where libgfapi would lose every brick that restarts', () => {
  const chroot = ['-name', 'inst1.lab', '-chroot', '/run/ganeti/kvm-hypervisor/chroot/inst1.lab'];

  test('QEMU gets the file on the mount', async () => {
    const disk = ledger.disk({ access: 'userspace' });
    await attachedNew(disk, 8);
    const path = `images/${disk.name}/disk`;
    const { lines } = await run([...chroot, '-drive', drive('node1.lab', path)]);
    const file = `${providerMount()}/${path}`;
    const expected = `file.driver=file,file.filename=${file},file.locking=off,format=raw,if=none`;
    expect(lines.slice(2)).toEqual([...chroot, '-drive', expected]);
  });

  test('with Ganeti 3.0 and no wrapper the address of a disk is its file, where the cluster has use_chroot', async () => {
    await ganeti('3.0.2');
    const disk = ledger.disk({ access: 'userspace' });
    const device = await attachedNew(disk, 8);
    await hypervisorParameters('kvm_path=/usr/bin/kvm', 'use_chroot=True');
    expect(await attach(disk)).toEqual({ device, addresses: [`kvm:${providerMount()}/images/${disk.name}/disk`] });
    const address = { device, addresses: [expect.stringMatching(/^kvm:gluster:/)] };
    await hypervisorParameters(`kvm_path=${wrapper}`, 'use_chroot=True');
    expect(await attach(disk)).toEqual(address);
    await hypervisorParameters('kvm_path=/usr/bin/kvm', 'use_chroot=False');
    expect(await attach(disk)).toEqual(address);
  });

  test('without the file QEMU is not started, and the administrator is told what to do', async () => {
    await run([]);
    const argv = [wrapper, ...chroot, '-drive', drive('node1.lab', 'images/x/disk')];
    const { exitCode, stdout, stderr } = await node().exec(argv, { reject: false, timeLimit: 60_000 });
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain('with use_chroot=true');
    expect(stderr).toContain('there is no image x');
    expect(stderr).toContain('hint: gnt-instance modify -H use_chroot=false inst1.lab');
    expect(stderr).toContain('QEMU is not started');
  });
});

describe('where QEMU has no gluster driver', () => {
  test('with Ganeti 3.0 the address of a disk is its file on the mount, until QEMU has the driver', async () => {
    await ganeti('3.0.2');
    const disk = ledger.disk({ access: 'userspace' });
    const device = await attachedNew(disk, 8);
    const address = { device, addresses: [expect.stringMatching(/^kvm:gluster:/)] };
    expect(await attach(disk)).toEqual(address);
    const back = await hideDriver();
    expect(await attach(disk)).toEqual({ device, addresses: [`kvm:${providerMount()}/images/${disk.name}/disk`] });
    await ganeti('3.1.0~rc2');
    expect(await attach(disk)).toEqual(address);
    await ganeti('3.0.2');
    await back();
    expect(await attach(disk)).toEqual(address);
  });

  test('a guest that starts through the wrapper gets the file on the mount', async () => {
    const disk = ledger.disk({ access: 'userspace' });
    const device = await attachedNew(disk, 8);
    await hideDriver();
    // QEMU of this test says the same as the real one.
    await run([]);
    await shell('ln -sf /usr/bin/qemu-system-x86_64 /tmp/real; echo /tmp/real >/etc/ganeti/gluster-kvm-path');
    expect(await attach(disk)).toEqual({ device, addresses: [expect.stringMatching(/^kvm:gluster:/)] });
    const path = `images/${disk.name}/disk`;
    const words = await shell('"$1" qemu-arguments -drive "$2"', executable, drive('node1.lab', path));
    const file = `${providerMount()}/${path}`;
    expect(words.trim()).toBe(`'-drive' 'file.driver=file,file.filename=${file},file.locking=off,format=raw,if=none'`);
    await done(verbs.detach(disk));
    // Without a device the mount would go: the image is attached again.
    await shell('"$1" qemu-arguments -drive "$2"', executable, drive('node1.lab', path));
    expect((await shell('losetup -j "$1"', file)).trim()).not.toBe('');
  });
});

/** Has the node say that its cluster runs a version of Ganeti, until the end of the test. */
async function ganeti(version: string): Promise<void> {
  ledger.later(() => shell('rm -f /var/lib/ganeti/ssconf_release_version'));
  await shell('echo "$1" >/var/lib/ganeti/ssconf_release_version', version);
}

/** Has the node say that its cluster has these parameters for KVM, until the end of the test. */
async function hypervisorParameters(...lines: readonly string[]): Promise<void> {
  ledger.later(() => shell('rm -f /var/lib/ganeti/ssconf_hvparams_kvm'));
  await shell('printf "%s\\n" "$@" >/var/lib/ganeti/ssconf_hvparams_kvm', ...lines);
}

/** Moves QEMU's module away until the end of the test, or until the returned function is called. */
async function hideDriver(): Promise<() => Promise<unknown>> {
  const back = (): Promise<unknown> =>
    shell('if [ -e /usr/lib/block-gluster.so ]; then mv /usr/lib/block-gluster.so /usr/lib/*-linux-gnu/qemu/; fi');
  ledger.later(back);
  await shell('mv /usr/lib/*-linux-gnu/qemu/block-gluster.so /usr/lib/');
  return back;
}
