import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach } from 'vitest';
import { verbs } from '#src/verbs.ts';
import { links } from '../../build/links.ts';

export const name = 'ganeti-extstorage-gluster';
const root = path.resolve(import.meta.dirname, '../..');
export const installer = path.join(root, 'install.sh');
export const verbNames = Object.keys(verbs).sort();

/** Where what is, below the destination. */
export const installed = {
  executable: `usr/lib/${name}/${name}`,
  provider: 'usr/share/ganeti/extstorage/gluster',
  gnt: 'usr/sbin/gnt-gluster',
  example: `usr/share/doc/${name}/examples/gluster.toml`,
  manuals: [`usr/share/man/man7/${name}.7`, 'usr/share/man/man8/gnt-gluster.8'],
  completion: 'usr/share/bash-completion/completions/gnt-gluster',
  rotation: `etc/logrotate.d/${name}`,
  hooks: ['node-add-post', 'node-remove-pre', 'node-modify-post', 'cluster-verify-post'].map(
    (hook) => `etc/ganeti/hooks/${hook}.d/${name}`,
  ),
  units: ['gnt-gluster-reconcile.service', 'gnt-gluster-reconcile.timer'].map(
    (unit) => `usr/lib/systemd/system/${unit}`,
  ),
  logs: 'var/log/ganeti/extstorage',
};

/** A script in place of the executable: says which verb or command it does. */
export const saysItsName = '#!/bin/sh\nbasename "$(printenv GANETI_EXTSTORAGE_WORKER || echo "$0")"\n';

/** Gives each test of a file something built, in place of the real build, and a directory to install it to. */
export function installation() {
  const paths = { scratch: '', built: '', destdir: '' };
  beforeEach(async () => {
    paths.scratch = await mkdtemp(path.join(tmpdir(), 'install test '));
    paths.built = path.join(paths.scratch, 'built files');
    paths.destdir = path.join(paths.scratch, 'a destination');
    await fakeBuild(paths.built, saysItsName);
  });
  afterEach(() => rm(paths.scratch, { recursive: true }));

  return {
    paths,
    install: (...options: readonly string[]) =>
      execa(installer, ['--from', paths.built, '--destdir', paths.destdir, ...options]),
    /** The path of something installed. */
    at: (...parts: readonly string[]): string => path.join(paths.destdir, ...parts),
    files: async (directory: string): Promise<string[]> => (await readdir(path.join(paths.destdir, directory))).sort(),
    /** All files and links below the destination. */
    tree: () => filesBelow(paths.destdir),
  };
}

/** Makes a directory like the one `npm run build` makes, with a script for the executable. */
export async function fakeBuild(built: string, script: string): Promise<void> {
  await rm(built, { recursive: true, force: true });
  await mkdir(built);
  await writeFile(path.join(built, name), script);
  await chmod(path.join(built, name), 0o700);
  for (const [link, target] of Object.entries(links)) await symlink(target, path.join(built, link));
  await copyFile(path.join(root, 'providers/gluster/files/run-verb'), path.join(built, 'run-verb'));
  await writeFile(path.join(built, 'parameters.list'), 'volume where the image is\n');
  await writeFile(path.join(built, 'gluster.toml.example'), '# example\n');
  for (const file of [
    `${name}.7`,
    'gnt-gluster.8',
    'gnt-gluster.bash-completion',
    'gnt-gluster-kvm',
    'logrotate',
    'ganeti-hook',
    'gnt-gluster-reconcile.service',
    'gnt-gluster-reconcile.timer',
  ]) {
    await writeFile(path.join(built, file), `# ${file}\n`);
  }
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const found = entries.filter((entry) => !entry.isDirectory());
  return found.map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name))).sort();
}
