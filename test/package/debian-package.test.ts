import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { verbNames } from '#src/verbs.ts';
import packageFile from '../../package.json' with { type: 'json' };
import {
  filesOf,
  imageEnvironment,
  labNode,
  makeRelease,
  name,
  packageIn,
  providerDirectory,
  release,
  releases,
  statusOf,
  verb,
  work,
} from './support/package.ts';

const { version } = packageFile;
const nextVersion = '99.0.0';
const nextRelease = path.join(work, 'next');
const rotation = `/etc/logrotate.d/${name}`;

beforeAll(async () => {
  await makeRelease(nextRelease, '--version', nextVersion);
});

describe.each(releases)('the Debian package, on a node with $debian', ({ suite }) => {
  const node = labNode(suite);
  let before: ReadonlySet<string>;

  beforeAll(async () => {
    before = new Set(await filesOf(node));
  });

  test('is installed with all it depends on there, and its verbs work', async () => {
    // The node reaches no archive: whatever it lacked would be refused.
    const install = ['apt-get', '--yes', '--no-install-recommends', 'install', packageIn(release, version)];
    expect((await node.exec(install)).stdout).toContain('The following NEW packages will be installed:\n  ganeti-ext');
    expect(await statusOf(node)).toBe(`installed ${version}`);
    const { stdout } = await node.exec(['ls', providerDirectory]);
    expect(stdout.trim().split('\n')).toEqual([...verbNames, name, 'parameters.list'].sort());
    expect((await node.exec(['stat', '-c', '%F %a', '/var/log/ganeti/extstorage'])).stdout).toBe('directory 750\n');
    await verb(node, 'create', { VOL_SIZE: '64' });
    const [device = ''] = (await verb(node, 'attach')).stdout.split('\n');
    expect((await node.exec(['blockdev', '--getsize64', device])).stdout).toBe(`${64 * 1024 ** 2}\n`);
    expect((await node.exec(['gnt-gluster', 'image', 'list'])).stdout).toContain('6f1c.ext.disk0');
  });

  test('its files are as it says', async () => {
    expect((await node.exec(['dpkg', '--verify', name])).stdout).toBe('');
  });

  test('man finds its pages, and mandoc no fault with them', async () => {
    const pages = (await node.exec(['man', '-w', name, 'gnt-gluster'])).stdout.trim().split('\n');
    expect(pages).toEqual([`/usr/share/man/man7/${name}.7.gz`, '/usr/share/man/man8/gnt-gluster.8.gz']);
    for (const page of pages) expect((await node.exec(['mandoc', '-Tlint', page])).stdout).toBe('');
    expect((await node.exec(['man', '-f', 'gnt-gluster'])).stdout).toMatch(/show.*the GlusterFS storage/);
  });

  test('bash finds its completion', async () => {
    const script =
      '. /usr/share/bash-completion/bash_completion; __load_completion gnt-gluster; complete -p gnt-gluster';
    expect((await node.exec(['bash', '-c', script])).stdout).toBe('complete -F _gnt_gluster gnt-gluster\n');
  });

  test('logrotate accepts its rules', async () => {
    const { stderr } = await node.exec(['logrotate', '--debug', '/etc/logrotate.conf']);
    expect(stderr).toContain(`reading config file ${name}`);
    expect(stderr).not.toContain('error');
  });

  test('an upgrade leaves no moment without a verb, what is attached, and a changed configuration', async () => {
    await node.exec(['sh', '-c', `echo '# changed' >>${rotation}`]);
    const watch = `cd /; i=0; while [ ! -e /tmp/done ]; do ${providerDirectory}/attach >/tmp/said && ${providerDirectory}/open --help >/tmp/said || exit 1; i=$((i + 1)); done; echo $i`;
    const watching = node.exec(['sh', '-c', watch], {
      env: { PATH: '/usr/bin:/bin', ...imageEnvironment },
      reject: false,
      timeLimit: 60_000,
    });
    await node.exec(['dpkg', '-i', packageIn(nextRelease, nextVersion)]);
    await node.exec(['touch', '/tmp/done']);
    const { stdout, stderr } = await watching;
    expect(stderr).toBe('');
    expect(Number(stdout)).toBeGreaterThan(3);
    expect(await statusOf(node)).toBe(`installed ${nextVersion}`);
    expect((await node.exec(['tail', '-n', '1', rotation])).stdout).toBe('# changed\n');
  });

  test('its removal leaves configuration, logs, and what is in use', async () => {
    await node.exec(['sh', '-c', 'echo said >/var/log/ganeti/extstorage/open-gluster-x-1.log']);
    await node.exec(['dpkg', '--remove', name]);
    expect(await statusOf(node)).toBe(`config-files ${nextVersion}`);
    const left = (await filesOf(node)).filter((file) => !before.has(file));
    expect(left).toEqual(expect.arrayContaining([rotation, '/var/log/ganeti/extstorage/open-gluster-x-1.log']));
    expect(left.filter((file) => file.startsWith('/usr'))).toEqual([]);
    expect((await node.exec(['losetup', '--list', '--noheadings', '-O', 'BACK-FILE'])).stdout).toContain('6f1c');
  });

  test('installed again it goes on, and purged it leaves nothing', async () => {
    await node.exec(['dpkg', '-i', packageIn(release, version)]);
    await verb(node, 'detach');
    await verb(node, 'remove');
    await node.exec(['dpkg', '--purge', name]);
    expect(await statusOf(node)).toBe('');
    expect((await filesOf(node)).filter((file) => !before.has(file))).toEqual([]);
  });
});
