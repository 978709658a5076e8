import { expect, test } from 'vitest';
import { node, shell } from '../support/lab.ts';
import { providerDirectory } from '../support/provider.ts';
import { attachedNew } from '../support/verbs.ts';
import { useGlusterLedger } from './support/storage.ts';

const ledger = useGlusterLedger();
const wrapper = `${providerDirectory}/gnt-gluster-kvm`;

/** Takes the place of QEMU: tells its process, its descriptor 7, and its arguments, one a line. */
const qemu = `#!/bin/sh
echo $$
cat <&7
for argument; do printf '%s\\n' "$argument"; done
`;

/** Runs the wrapper with a descriptor 7, as Ganeti hands down those of the network, in a process that is known. */
async function run(args: readonly string[], before = ''): Promise<{ readonly pid: string; readonly lines: string[] }> {
  ledger.later(() => shell('rm -f /etc/ganeti/gluster-kvm-path /tmp/qemu /tmp/network'));
  await node().exec(['sh', '-c', 'mkdir -p /etc/ganeti; cat >/tmp/qemu; chmod +x /tmp/qemu'], { input: qemu });
  await shell('echo /tmp/qemu >/etc/ganeti/gluster-kvm-path; echo network >/tmp/network');
  const script = `${before} exec 7</tmp/network; echo $$; exec "$@"`;
  const [pid = '', ...lines] = (await shell(script, wrapper, ...args)).trimEnd().split('\n');
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
