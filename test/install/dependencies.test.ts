import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { installation, installer } from './support.ts';

const { paths } = installation();

describe('install.sh, where commands are missing,', () => {
  test('names the packages of the commands that are not there, and what to do next', async () => {
    const commands = await onlyCommands();
    const { stdout } = await execa('/bin/sh', [installer, '--dry-run', '--from', paths.built], {
      env: { PATH: commands },
      extendEnv: false,
    });
    expect(stdout).toMatch(/^This node still lacks:.* qemu-img .*flock setpriv$/m);
    expect(stdout).toMatch(/^ {2}apt install .*qemu-utils util-linux$/m);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('Next, on the master node: gnt-storage diagnose');
  });

  test('--with-deps installs these packages, before anything else', async () => {
    const dryRun = ['--dry-run', '--from', paths.built, '--with-deps'];
    const options = { env: { PATH: await onlyCommands('apt-get') }, extendEnv: false } as const;
    const { stdout } = await execa('/bin/sh', [installer, ...dryRun], options);
    expect(stdout.split('\n')[0]).toBe('would install the Debian packages qemu-utils util-linux');
  });

  test('--with-deps says what is missing where there is no apt-get', async () => {
    const options = { env: { PATH: await onlyCommands() }, extendEnv: false, reject: false } as const;
    const { exitCode, stderr } = await execa(
      '/bin/sh',
      [installer, '--dry-run', '--from', paths.built, '--with-deps'],
      options,
    );
    expect(exitCode).toBe(9);
    expect(stderr).toMatch(/this is not Debian: .* qemu-img flock setpriv$/);
  });
});

/** A directory of few commands, which lacks those that the provider needs. */
async function onlyCommands(...more: readonly string[]): Promise<string> {
  const commands = path.join(paths.scratch, 'bin');
  await mkdir(commands);
  for (const command of ['dirname', 'readlink', 'id', 'cmp', ...more]) {
    await symlink(`/usr/bin/${command}`, path.join(commands, command));
  }
  return commands;
}
