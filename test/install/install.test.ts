import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { verbs } from '../../src/verbs.ts';

const name = 'ganeti-extstorage-gluster';
const installer = path.resolve(import.meta.dirname, '../../install.sh');
const verbNames = Object.keys(verbs).sort();
const installed = {
  executable: `usr/lib/${name}/${name}`,
  provider: 'usr/share/ganeti/extstorage/gluster',
  gnt: 'usr/sbin/gnt-gluster',
  example: `usr/share/doc/${name}/examples/gluster.toml`,
  logs: 'var/log/ganeti/extstorage',
};

let scratch: string;
let built: string;
let destdir: string;

beforeEach(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'install test '));
  built = path.join(scratch, 'built files');
  destdir = path.join(scratch, 'a destination');
  await fakeBuild('#!/bin/sh\nbasename "$0"\n');
});

afterEach(() => rm(scratch, { recursive: true }));

describe('install.sh', () => {
  test('installs one executable under all its names', async () => {
    await install();
    for (const verb of verbNames) {
      const { stdout } = await execa(path.join(destdir, installed.provider, verb));
      expect(stdout).toBe(verb);
      expect(await linkTarget(`${installed.provider}/${verb}`)).toBe(`../../../../lib/${name}/${name}`);
    }
    expect((await execa(path.join(destdir, installed.gnt))).stdout).toBe('gnt-gluster');
    expect(await files(installed.provider)).toEqual([...verbNames, 'parameters.list'].sort());
    expect(await readFile(path.join(destdir, installed.example), 'utf8')).toBe('# example\n');
    expect((await stat(path.join(destdir, installed.logs))).mode & 0o777).toBe(0o750);
  });

  test('installs the same again, whatever the umask', async () => {
    await install();
    const first = await tree();
    await execa('sh', ['-c', 'umask 077; exec "$0" "$@"', installer, '--from', built, '--destdir', destdir]);
    expect(await tree()).toEqual(first);
    expect((await stat(path.join(destdir, installed.executable))).mode & 0o777).toBe(0o755);
  });

  test('replaces the executable instead of writing to it, and drops a verb that is no more', async () => {
    await install();
    const before = await stat(path.join(destdir, installed.executable));
    await fakeBuild('#!/bin/sh\necho new\n');
    await rm(path.join(built, 'verify'));
    await install();
    expect((await stat(path.join(destdir, installed.executable))).ino).not.toBe(before.ino);
    expect(await files(installed.provider)).not.toContain('verify');
    expect((await execa(path.join(destdir, installed.provider, 'attach'))).stdout).toBe('new');
  });

  test('takes another prefix', async () => {
    await install('--prefix', '/opt/my ganeti/');
    const { stdout } = await execa(path.join(destdir, 'opt/my ganeti/share/ganeti/extstorage/gluster/grow'));
    expect(stdout).toBe('grow');
  });

  test('--uninstall leaves the configuration, the logs and what is not ours', async () => {
    await install();
    const kept = ['etc/ganeti/gluster.toml', `${installed.logs}/attach.log`, `${installed.provider}/notes`];
    for (const file of kept) {
      await mkdir(path.dirname(path.join(destdir, file)), { recursive: true });
      await writeFile(path.join(destdir, file), '');
    }
    const { stdout } = await install('--uninstall');
    expect(stdout).toBe(`The configuration stays: ${destdir}/etc/ganeti/gluster.toml`);
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
    await mkdir(path.join(destdir, other));
    await install('--uninstall');
    expect(await files(path.dirname(other))).toEqual(['other']);
    expect(await files('var/log/ganeti')).toEqual(['extstorage']);
  });

  test('--dry-run tells and changes nothing', async () => {
    const { stdout } = await install('--dry-run');
    expect(stdout).toContain(`would install ${destdir}/${installed.executable}`);
    expect(await readdir(scratch)).toEqual(['built files']);
    await install();
    const before = await tree();
    expect((await install('--uninstall', '--dry-run')).stdout).toContain(`would remove ${destdir}/${installed.gnt}`);
    expect(await tree()).toEqual(before);
  });

  test('names the packages of the commands that are not there, and what to do next', async () => {
    const commands = path.join(scratch, 'bin');
    await mkdir(commands);
    for (const command of ['dirname', 'readlink', 'id']) {
      await symlink(`/usr/bin/${command}`, path.join(commands, command));
    }
    const { stdout } = await execa('/bin/sh', [installer, '--dry-run', '--from', built], {
      env: { PATH: commands },
      extendEnv: false,
    });
    expect(stdout).toMatch(/^This node still lacks:.* qemu-img .*flock fallocate$/m);
    expect(stdout).toMatch(/^ {2}apt install .*qemu-utils util-linux$/m);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('Next, on the master node: gnt-storage diagnose');
  });

  test.each([
    [['--bogus'], "unknown option '--bogus'"],
    [['--destdir'], '--destdir needs a directory'],
    [['--prefix', 'relative'], '--prefix must be an absolute path'],
  ])('refuses %j', async (options, message) => {
    const { exitCode, stderr } = await execa(installer, options, { reject: false });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });

  test('says how to build when nothing is built', async () => {
    await rm(built, { recursive: true });
    const { exitCode, stderr } = await execa(installer, ['--from', built, '--destdir', destdir], { reject: false });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('run: npm run build');
  });
});

/** Makes a directory like the one `npm run build` makes, with a script for the executable. */
async function fakeBuild(script: string): Promise<void> {
  await rm(built, { recursive: true, force: true });
  await mkdir(built);
  await writeFile(path.join(built, name), script);
  await chmod(path.join(built, name), 0o700);
  for (const link of [...verbNames, 'gnt-gluster']) {
    await symlink(name, path.join(built, link));
  }
  await writeFile(path.join(built, 'parameters.list'), 'volume where the image is\n');
  await writeFile(path.join(built, 'gluster.toml.example'), '# example\n');
}

function install(...options: string[]) {
  return execa(installer, ['--from', built, '--destdir', destdir, ...options]);
}

async function files(directory: string): Promise<string[]> {
  return (await readdir(path.join(destdir, directory))).sort();
}

/** All files and links below the destination. */
async function tree(): Promise<string[]> {
  const entries = await readdir(destdir, { recursive: true, withFileTypes: true });
  const found = entries.filter((entry) => !entry.isDirectory());
  return found.map((entry) => path.relative(destdir, path.join(entry.parentPath, entry.name))).sort();
}

async function linkTarget(file: string): Promise<string> {
  const link = path.join(destdir, file);
  expect((await lstat(link)).isSymbolicLink()).toBe(true);
  return readlink(link);
}
