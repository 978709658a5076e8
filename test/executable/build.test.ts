import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from './support.ts';

let scratch: string;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'executable test '));
});

afterAll(() => rm(scratch, { recursive: true }));

describe('the build', () => {
  test('makes the same bytes in any directory', async () => {
    const one = await buildIn(path.join(scratch, 'one'));
    const other = await buildIn(path.join(scratch, 'a longer name/with another depth'));
    expect(other).toEqual(one);
    expect(Object.keys(one)).toContain('ganeti-extstorage-gluster');
  });

  test('makes an executable for arm64', async () => {
    await build(root, '--arch', 'arm64');
    const file = path.join(root, 'build/out/ganeti-extstorage-gluster-linux-arm64/ganeti-extstorage-gluster');
    const { stdout } = await execa('/usr/bin/readelf', ['--file-header', '--notes', file]);
    expect(stdout).toMatch(/Machine: +AArch64/);
    const bytes = await readFile(file);
    // What tells Node that it holds an application.
    expect(bytes.includes('NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:1')).toBe(true);
    expect(bytes.includes('gnt-gluster config check')).toBe(true);
  });

  test.each([
    [['--bogus'], "Unknown option '--bogus'"],
    [['--arch', 'mips'], 'there is no build for mips'],
    [['something'], 'Unexpected argument'],
  ])('refuses %j', async (options, message) => {
    const { exitCode, stderr } = await build(root, ...options);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });

  test('--help names every option', async () => {
    const { stdout } = await build(root, '--help');
    for (const option of ['--arch', '--separate', '--help']) expect(stdout).toContain(option);
  });
});

/** Builds a copy of the sources and returns the checksum of every file it made. */
async function buildIn(directory: string): Promise<Readonly<Record<string, string>>> {
  const parts = ['build', 'providers', 'src', 'package.json', 'package-lock.json', 'CHANGELOG.md'];
  const filter = (file: string) => file !== path.join(root, 'build/out');
  for (const part of parts) await cp(path.join(root, part), path.join(directory, part), { recursive: true, filter });
  await symlink(path.join(root, 'node_modules'), path.join(directory, 'node_modules'));
  const { exitCode, stderr } = await build(directory);
  expect(exitCode, stderr).toBe(0);
  const output = path.join(directory, 'build/out/ganeti-extstorage-gluster');
  const sums: Record<string, string> = {};
  for (const name of (await readdir(output)).sort())
    sums[name] = createHash('sha256')
      .update(await readFile(path.join(output, name)))
      .digest('hex');
  await rm(path.join(directory, 'build/out'), { recursive: true });
  return sums;
}

function build(directory: string, ...options: readonly string[]) {
  const argv = [path.join(directory, 'build/build.ts'), ...options];
  return execa(process.execPath, argv, { cwd: tmpdir(), env: { SOURCE_DATE_EPOCH: '0' }, reject: false });
}
