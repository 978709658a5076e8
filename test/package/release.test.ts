import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import packageFile from '../../package.json' with { type: 'json' };
import { built, name, packageIn, release, root, sourceDate, work } from './support/package.ts';

const { version } = packageFile;
const debianPackage = packageIn(release, version);

test('a release is a Debian package, an archive, and their checksums', async () => {
  const names = [path.basename(debianPackage), `${name}-${version}-linux-${process.arch}.tar.xz`];
  expect((await readdir(release)).sort()).toEqual([...names, 'SHA256SUMS'].sort());
  const { stdout } = await execa('sha256sum', ['--check', 'SHA256SUMS'], { cwd: release });
  expect(stdout.split('\n').sort()).toEqual(names.map((file) => `${file}: OK`).sort());
});

test('the same again is the same to the last bit, whatever the umask and the time zone', async () => {
  const script = 'umask 077; exec "$@"';
  const again = path.join(work, 'again');
  const make = [path.join(root, 'build/package.ts'), '--from', built, '--level', '0', '--output', again];
  await execa('sh', ['-c', script, 'sh', process.execPath, ...make], {
    cwd: work,
    env: { TZ: 'Asia/Tokyo', ...sourceDate },
  });
  expect(await readFile(`${again}/SHA256SUMS`, 'utf8')).toBe(await readFile(`${release}/SHA256SUMS`, 'utf8'));
});

test('lintian finds neither an error nor a warning', async () => {
  const options = ['--fail-on', 'error,warning', '--allow-root', '--no-cfg'];
  const { stdout, exitCode } = await execa('lintian', [...options, debianPackage], { reject: false });
  expect(stdout).toBe('');
  expect(exitCode).toBe(0);
});

test('every library the executable is linked with is in a package it depends on', async () => {
  const { stdout: depends } = await execa('dpkg-deb', ['--field', debianPackage, 'Depends']);
  const { stdout: linked } = await execa('ldd', [path.join(built, name)], {
    cwd: root,
  });
  const files = [...linked.matchAll(/=> (\S+)/g)].map(([, file = '']) => path.basename(file));
  for (const file of files) {
    const { stdout } = await execa('dpkg-query', ['--search', `*/${file}`]);
    const packages = stdout.split('\n').map((line) => line.split(':', 1)[0] ?? '');
    expect(
      packages.some((found) => depends.includes(`${found} (`)),
      `${file} of ${packages.join()}`,
    ).toBe(true);
  }
});
