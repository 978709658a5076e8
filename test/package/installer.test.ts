import { beforeAll, describe, expect, test } from 'vitest';
import packageFile from '../../package.json' with { type: 'json' };
import { filesOf, labNode, name, packageIn, release, releases, verb } from './support/package.ts';

const { version } = packageFile;

describe.each(releases)('install.sh of the archive, on a node with $debian', ({ suite }) => {
  const node = labNode(suite);
  const installer = `/root/${name}-${version}/install.sh`;
  let before: ReadonlySet<string>;

  beforeAll(async () => {
    const archive = `${release}/${name}-${version}-linux-${process.arch}.tar.xz`;
    await node.exec(['tar', '-C', '/root', '-xf', archive]);
    before = new Set(await filesOf(node));
  });

  test('installs what is missing, and all of its own', async () => {
    // The node reaches no archive of packages: this takes the place of apt-get.
    const fake = '#!/bin/sh\necho "$*" >>/tmp/apt; mv /tmp/qemu-img /usr/bin/\n';
    await node.exec(['tee', '/usr/local/sbin/apt-get'], { input: fake });
    await node.exec(['chmod', '+x', '/usr/local/sbin/apt-get']);
    await node.exec(['mv', '/usr/bin/qemu-img', '/tmp/']);
    const { stdout } = await node.exec([installer, '--with-deps']);
    await node.exec(['rm', '/usr/local/sbin/apt-get']);
    expect((await node.exec(['cat', '/tmp/apt'])).stdout).toMatch(/^.* install --no-install-recommends qemu-utils\n$/);
    expect(stdout).not.toContain('still lacks');
    await verb(node, 'create', { VOL_SIZE: '64' });
    await verb(node, 'remove');
    expect((await node.exec(['man', '-w', 'gnt-gluster'])).stdout).toBe('/usr/share/man/man8/gnt-gluster.8\n');
  });

  test('refuses to go beside the package', async () => {
    await node.exec(['dpkg', '-i', packageIn(release, version)]);
    const { exitCode, stderr } = await node.exec([installer], { reject: false });
    expect(exitCode).toBe(5);
    expect(stderr).toContain('has the Debian package');
    await node.exec(['dpkg', '--purge', name]);
  });

  test('removes all but what is in use', async () => {
    await node.exec([installer]);
    await verb(node, 'create', { VOL_SIZE: '64' });
    await verb(node, 'attach');
    expect((await node.exec([installer, '--uninstall'])).stdout).toMatch(/^Disks of this node are still in use: /);
    const left = (await filesOf(node)).filter((file) => !before.has(file));
    expect(left.filter((file) => !file.startsWith('/run/ganeti-gluster'))).toEqual([]);
    expect(left).not.toEqual([]);
  });

  test('and all but the configuration', async () => {
    await node.exec([installer]);
    await verb(node, 'detach');
    await verb(node, 'remove');
    await node.exec(['sh', '-c', '>/etc/ganeti/gluster.toml']);
    await node.exec([installer, '--uninstall']);
    expect((await filesOf(node)).filter((file) => !before.has(file))).toEqual(['/etc/ganeti/gluster.toml']);
  });

  test('starts the timer where systemd runs, and stops it', async () => {
    // No systemd runs in a node: this takes its place.
    const fake = '#!/bin/sh\necho "$*" >>/tmp/systemctl\n';
    await node.exec(['tee', '/usr/local/sbin/systemctl'], { input: fake });
    await node.exec(['chmod', '+x', '/usr/local/sbin/systemctl']);
    await node.exec(['mkdir', '-p', '/run/systemd/system']);
    const timer = 'gnt-gluster-reconcile.timer';
    await node.exec([installer]);
    await node.exec(['test', '-f', `/usr/lib/systemd/system/${timer}`]);
    await node.exec([installer, '--uninstall']);
    const { stdout } = await node.exec(['cat', '/tmp/systemctl']);
    await node.exec(['rm', '-r', '/run/systemd', '/tmp/systemctl', '/usr/local/sbin/systemctl']);
    const start = ['daemon-reload', `enable --quiet --now ${timer}`];
    expect(stdout.trim().split('\n')).toEqual([...start, `disable --quiet --now ${timer}`, 'daemon-reload']);
  });
});
