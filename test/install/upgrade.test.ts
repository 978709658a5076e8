import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { fakeBuild, installation, installed, saysItsName } from './support.ts';

const { paths, install, at, files, tree } = installation();

describe('install.sh, on what is installed,', () => {
  test('replaces the executable instead of writing to it, and drops a verb that is no more', async () => {
    await install();
    const before = await stat(at(installed.executable));
    await fakeBuild(paths.built, '#!/bin/sh\necho new\n');
    await rm(path.join(paths.built, 'verify'));
    await install();
    expect((await stat(at(installed.executable))).ino).not.toBe(before.ino);
    expect(await files(installed.provider)).not.toContain('verify');
    expect((await execa(at(installed.provider, 'attach'))).stdout).toBe('new');
  });

  test('keeps a changed log rotation, and says so', async () => {
    await install();
    const rotation = at(installed.rotation);
    await writeFile(rotation, 'changed\n');
    expect((await install()).stdout).toMatch(/^\/.*logrotate\.d\/.* was changed, and is kept\. /);
    expect(await readFile(rotation, 'utf8')).toBe('changed\n');
  });

  test('removes what an installation left that was killed, and nothing of one that runs', async () => {
    await install();
    const { stdout: gone } = await execa('sh', ['-c', 'echo $$']);
    const left = [`${installed.executable}.new.${gone}`, `${installed.provider}/attach.new.${gone}`];
    const running = `${installed.executable}.new.${process.pid}`;
    const before = await tree();
    for (const file of [...left, running]) await writeFile(at(file), '');
    await install();
    expect(await tree()).toEqual([...before, running].sort());
    for (const file of left) await writeFile(at(file), '');
    await install('--uninstall');
    expect(await tree()).toEqual([running]);
  });

  test('is at no moment without a verb that works', async () => {
    await install();
    const verb = at(installed.provider, 'attach');
    const watch = `i=0; while :; do
      [ -f "$1" ] && [ -x "$1" ] && [ "$("$1")" = attach ] && [ "$("\${1%/*}/open" 2>&1)" = open ] || { echo "gone in round $i"; exit 1; }
      [ -s "\${1%/*}/parameters.list" ] || { echo 'no parameters.list'; exit 1; }
      i=$((i + 1)); [ ! -e "$2" ] || { echo "$i"; exit 0; }; done`;
    const done = path.join(paths.scratch, 'done');
    const watching = execa('sh', ['-c', watch, 'sh', verb, done], { reject: false });
    for (let round = 0; round < 10; round++) {
      // Something large, so that it takes its time to be copied.
      await fakeBuild(paths.built, `${saysItsName}exit\n${'#'.repeat(10_000_000 + round)}\n`);
      await install();
    }
    await writeFile(done, '');
    const { exitCode, stdout } = await watching;
    expect(stdout).toMatch(/^\d+$/);
    expect(exitCode).toBe(0);
    expect(Number(stdout)).toBeGreaterThan(20);
  });
});
