import {
  copyFile,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { links } from '../../build/links.ts';
import { installation, installed, installer, name, verbNames } from './support.ts';

const { paths, install, at, files, tree } = installation();

describe('install.sh', () => {
  test('installs one executable under all its names', async () => {
    await install();
    for (const verb of verbNames) {
      expect(await saidBy(at(installed.provider, verb))).toBe(verb);
      expect(await linkTarget(`${installed.provider}/${verb}`)).toBe(`../../../../lib/${name}/${links[verb]}`);
    }
    expect((await execa(at(installed.gnt))).stdout).toBe('gnt-gluster');
    for (const hook of installed.hooks) expect(await linkTarget(hook)).toBe(`/usr/lib/${name}/ganeti-hook`);
    expect(await files(installed.provider)).toEqual([...verbNames, name, 'parameters.list'].sort());
    expect(await readFile(at(installed.example), 'utf8')).toBe('# example\n');
    expect((await stat(at(installed.logs))).mode & 0o777).toBe(0o750);
    for (const file of [...installed.manuals, installed.completion, installed.rotation, ...installed.units]) {
      expect(await readFile(at(file), 'utf8'), file).toMatch(/^# \S+\n$/);
      expect((await stat(at(file))).mode & 0o777).toBe(0o644);
    }
  });

  test('installs the same again, whatever the umask', async () => {
    await install();
    const first = await tree();
    await execa('sh', [
      '-c',
      'umask 077; exec "$0" "$@"',
      installer,
      '--from',
      paths.built,
      '--destdir',
      paths.destdir,
    ]);
    expect(await tree()).toEqual(first);
    expect((await stat(at(installed.executable))).mode & 0o777).toBe(0o755);
  });

  test.each([
    ['deeper', '../../opt/a/b/c'],
    ['less deep', '../../opt'],
  ])('makes links that work where /usr/share/ganeti is a link to a place that lies %s', async (_, target) => {
    await mkdir(at('usr/share'), { recursive: true });
    await mkdir(at('usr/share', target), { recursive: true });
    await symlink(target, at('usr/share/ganeti'));
    for (const repeated of [false, true]) {
      await install();
      for (const verb of verbNames)
        expect(await saidBy(at(installed.provider, verb)), `${verb} ${repeated}`).toBe(verb);
    }
    expect((await execa(at(installed.gnt))).stdout).toBe('gnt-gluster');
    await install('--uninstall');
    expect(await tree()).toEqual(['usr/share/ganeti']);
  });

  test('installs nothing through a link that leads out of the destination', async () => {
    const outside = path.join(paths.scratch, 'outside');
    await mkdir(at('usr/share'), { recursive: true });
    await mkdir(outside);
    await symlink(outside, at('usr/share/ganeti'));
    const { exitCode, stderr } = await execa({ reject: false })(installer, [
      '--from',
      paths.built,
      '--destdir',
      paths.destdir,
    ]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 5,
      stderr: expect.stringContaining(`leads out of ${paths.destdir}`),
    });
    expect(await readdir(outside)).toEqual([]);
    expect(await tree()).toEqual(['usr/share/ganeti']);
  });

  test('takes another prefix', async () => {
    await install('--prefix', '/opt/my ganeti/');
    expect(await saidBy(at('opt/my ganeti/share/ganeti/extstorage/gluster/grow'))).toBe('grow');
  });

  test('--uninstall leaves the configuration, the logs and what is not ours', async () => {
    await install();
    const kept = ['etc/ganeti/gluster.toml', `${installed.logs}/attach.log`, `${installed.provider}/notes`];
    for (const file of kept) {
      await mkdir(path.dirname(at(file)), { recursive: true });
      await writeFile(at(file), '');
    }
    const { stdout } = await install('--uninstall');
    expect(stdout).toBe(`The configuration stays: ${paths.destdir}/etc/ganeti/gluster.toml`);
    expect(await tree()).toEqual(kept.sort());
  });

  test('--uninstall of a mere installation leaves nothing, and may be repeated', async () => {
    await install();
    await install('--uninstall');
    expect(await tree()).toEqual([]);
    expect(await files('var/log/ganeti')).toEqual([]);
    expect(await files('usr/lib')).toEqual([]);
    await install('--uninstall');
  });

  test("--uninstall leaves Ganeti's directory, and the log directory as long as there is another provider", async () => {
    const other = 'usr/share/ganeti/extstorage/other';
    await install();
    await mkdir(at(other));
    await install('--uninstall');
    expect(await files(path.dirname(other))).toEqual(['other']);
    expect(await files('var/log/ganeti')).toEqual(['extstorage']);
  });

  test('--dry-run tells and changes nothing', async () => {
    const { stdout } = await install('--dry-run');
    expect(stdout).toContain(`would install ${paths.destdir}/${installed.executable}`);
    expect(await readdir(paths.scratch)).toEqual(['built files']);
    await install();
    const before = await tree();
    expect((await install('--uninstall', '--dry-run')).stdout).toContain(
      `would remove ${paths.destdir}/${installed.gnt}`,
    );
    expect(await tree()).toEqual(before);
  });

  test('installs from a release, where it lies beside the files', async () => {
    await copyFile(installer, path.join(paths.built, 'install.sh'));
    await execa(path.join(paths.built, 'install.sh'), ['--destdir', paths.destdir], { cwd: '/' });
    const first = await tree();
    await rm(paths.destdir, { recursive: true });
    await execa('sh', ['./install.sh', '--destdir', paths.destdir], { cwd: paths.built });
    expect(await tree()).toEqual(first);
    await execa('sh', ['install.sh', '--destdir', paths.destdir, '--uninstall'], { cwd: paths.built });
    expect(await tree()).toEqual([]);
  });

  test('installs from a clone what was built in it', async () => {
    const clone = path.join(paths.scratch, 'clone');
    await mkdir(path.join(clone, 'build/out'), { recursive: true });
    await rename(paths.built, path.join(clone, 'build/out', name));
    await copyFile(installer, path.join(clone, 'install.sh'));
    await execa('sh', ['install.sh', '--destdir', paths.destdir], { cwd: clone });
    expect((await execa(at(installed.gnt))).stdout).toBe('gnt-gluster');
  });

  test.each([
    [['--bogus'], "unknown option '--bogus'"],
    [['--destdir'], '--destdir needs a directory'],
    [['--prefix', 'relative'], '--prefix must be an absolute path'],
    [['--with-deps', '--destdir', '/tmp/x'], '--with-deps installs on this machine'],
    [['--with-deps', '--uninstall'], '--with-deps installs on this machine'],
  ])('refuses %j', async (options, message) => {
    const { exitCode, stderr } = await execa(installer, options, { reject: false });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });

  test('says how to build when nothing is built', async () => {
    await rm(paths.built, { recursive: true });
    const { exitCode, stderr } = await execa(installer, ['--from', paths.built, '--destdir', paths.destdir], {
      reject: false,
    });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('run: npm run build');
  });
});

/** What a verb says, wherever. */
async function saidBy(verb: string): Promise<string> {
  return (await execa(verb, { all: true })).all;
}

async function linkTarget(file: string): Promise<string> {
  const link = at(file);
  expect((await lstat(link)).isSymbolicLink()).toBe(true);
  return readlink(link);
}
