import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '#src/errors.ts';
import packageFile from '../package.json' with { type: 'json' };
import { mustRun } from './exec.ts';
import type { Architecture } from './options.ts';

/**
 * The official Node for an architecture. That of another machine comes from the npm registry: by an installation of its
 * own below `work`, because told to install for another architecture npm would replace esbuild's executable, too.
 * Throws a Failure when this is another Node or the registry does not have it.
 */
export async function nodeOf(architecture: Architecture, root: string, work: string): Promise<string> {
  if (architecture === process.arch) return process.execPath;
  const name = `node-linux-${architecture}` as const;
  const version = packageFile.optionalDependencies[name];
  if (process.version !== `v${version}`)
    throw new Failure(
      'environment',
      `this is Node ${process.version}; only ${version} can prepare what goes into ${name} ${version}`,
    );
  const directory = path.join(work, `${name}-${version}`);
  const node = path.join(directory, 'node_modules', name, 'bin/node');
  if (await stat(node).catch(() => undefined)) return node;
  await mkdir(directory, { recursive: true });
  await writeFile(path.join(directory, 'package.json'), JSON.stringify({ dependencies: { [name]: version } }));
  const lock = await lockOf(name, version, path.join(root, 'package-lock.json'));
  await writeFile(path.join(directory, 'package-lock.json'), lock);
  const target = [`--cpu=${architecture}`, '--os=linux', '--libc=glibc'];
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--engine-strict=false', '--loglevel=error'];
  await mustRun(['npm', 'ci', ...target, ...quiet], { cwd: directory });
  await stat(node);
  return node;
}

/** A lock file for the one package, with the checksum that the lock file of the repository has for it. */
async function lockOf(name: string, version: string, lockFile: string): Promise<string> {
  const packages = parseLock(await readFile(lockFile, 'utf8'));
  const locked = packages[`node_modules/${name}`];
  if (locked?.version !== version) throw new Failure('environment', `${lockFile} has no ${name} ${version}`);
  const own = { [`node_modules/${name}`]: { version, integrity: locked.integrity } };
  return JSON.stringify({ lockfileVersion: 3, packages: { '': { dependencies: { [name]: version } }, ...own } });
}

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
}

function parseLock(text: string): Readonly<Record<string, Locked>> {
  return JSON.parse(text).packages;
}
