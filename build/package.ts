/**
 * `npm run package`: makes build/out/release/ of what `npm run build` made: a Debian package, an archive for any other
 * Linux, and their checksums. The same commit gives the same bytes.
 */
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { asFailure, Failure } from '#src/errors.ts';
import packageFile from '../package.json' with { type: 'json' };
import { type CommandLine, type Given, runCommandLine } from './command-line.ts';
import { architectureNamed, directoryName } from './options.ts';
import { makeArchive } from './package/archive.ts';
import { writeChecksums } from './package/checksums.ts';
import { makeDebianPackage } from './package/debian-package.ts';
import { productName, type Release } from './package/release.ts';
import { secondsSince } from './seconds.ts';
import { sourceDate } from './source-date.ts';

const options = {
  arch: { value: 'ARCH', meaning: 'of what `npm run build -- --arch ARCH` made; that of this machine unless told' },
  from: { value: 'DIR', meaning: 'of what lies there instead' },
  version: { value: 'VERSION', meaning: `call it this instead of ${packageFile.version}` },
  level: { value: '0...9', meaning: 'how hard to compress: 6 unless told' },
  output: { value: 'DIR', meaning: 'instead of build/out/release' },
} as const;

const line: CommandLine<typeof options> = {
  program: 'package',
  usage: 'npm run package [-- OPTION...]',
  help: 'npm run package -- --help',
  options,
  about: 'Makes a Debian package, an archive for any other Linux, and their checksums.',
};

async function release(given: Given<typeof options>): Promise<number> {
  const { version = packageFile.version, level = '6' } = given;
  if (!/^\d[\w.+~-]*$/.test(version)) throw new Failure('usage', `${version} is not a version`);
  if (!/^\d$/.test(level)) throw new Failure('usage', `there is no level ${level}`);
  const architecture = architectureNamed(given.arch);
  const root = path.dirname(import.meta.dirname);
  const directory = directoryName(productName, { architecture, separate: false });
  const built = path.resolve(given.from ?? path.join(root, 'build/out', directory));
  // Whoever installs it must be able to read it.
  process.umask(0o022);
  try {
    const what = { root, built, version, architecture, level, date: await sourceDate(root) };
    await makeRelease(what, path.resolve(given.output ?? path.join(root, 'build/out/release')));
    return 0;
  } catch (cause) {
    const { kind, message, details } = asFailure(cause) ?? new Failure('failed', String(cause), { cause });
    throw new Failure(kind, `no release: ${message}`, details);
  }
}

async function makeRelease(release: Release, output: string): Promise<void> {
  const work = await mkdtemp(path.join(release.root, 'build/out/work/package-'));
  try {
    const made = path.join(work, 'release');
    await mkdir(made);
    for (const make of [makeDebianPackage, makeArchive]) {
      const started = performance.now();
      const { name, bytes } = await make(release, work, made);
      console.log(`${name}: ${(bytes / 1024 ** 2).toFixed(1)} MiB in ${secondsSince(started)}`);
    }
    await writeChecksums(made);
    await rm(output, { recursive: true, force: true });
    await mkdir(path.dirname(output), { recursive: true });
    await rename(made, output);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

await runCommandLine(line, release);
