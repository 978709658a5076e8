/**
 * `npm run package`: makes build/out/release/ of what `npm run build` made: a Debian package, an archive for any other
 * Linux, and their checksums. The same commit gives the same bytes.
 */
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import packageFile from '../package.json' with { type: 'json' };
import { directoryName, parseOptions } from './options.ts';
import { makeArchive } from './package/archive.ts';
import { writeChecksums } from './package/checksums.ts';
import { makeDebianPackage } from './package/debian-package.ts';
import { productName, type Release } from './package/release.ts';
import { sourceDate } from './source-date.ts';

const usage = `usage: npm run package [-- OPTION...]

  --arch ARCH         of what \`npm run build -- --arch ARCH\` made; this machine's unless told
  --from DIR          of what lies there instead
  --version VERSION   call it this instead of ${packageFile.version}
  --level 0...9       how hard to compress: 6 unless told
  --output DIR        instead of build/out/release
`;

async function makeRelease(release: Release, output: string): Promise<void> {
  const work = await mkdtemp(path.join(release.root, 'build/out/work/package-'));
  try {
    const made = path.join(work, 'release');
    await mkdir(made);
    for (const make of [makeDebianPackage, makeArchive]) {
      const started = performance.now();
      const { name, bytes } = await make(release, work, made);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`${name}: ${(bytes / 1024 ** 2).toFixed(1)} MiB in ${seconds} s`);
    }
    await writeChecksums(made);
    await rm(output, { recursive: true, force: true });
    await mkdir(path.dirname(output), { recursive: true });
    await rename(made, output);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      arch: { type: 'string', default: process.arch },
      from: { type: 'string' },
      version: { type: 'string', default: packageFile.version },
      level: { type: 'string', default: '6' },
      output: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (!/^\d[\w.+~-]*$/.test(values.version)) throw new Error(`${values.version} is not a version`);
  if (!/^\d$/.test(values.level)) throw new Error(`there is no level ${values.level}`);
  return { ...values, ...parseOptions(['--arch', values.arch]), help: values.help };
}

function readOptionsOrExit(): ReturnType<typeof readOptions> {
  try {
    return readOptions();
  } catch (error) {
    return end(2, `${messageOf(error)}\n\n${usage}`);
  }
}

function end(status: number, message: string): never {
  console.error(message);
  process.exit(status);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const options = readOptionsOrExit();
if (options.help) {
  console.log(usage);
  process.exit(0);
}
// Whoever installs it must be able to read it.
process.umask(0o022);
const root = path.dirname(import.meta.dirname);
const built = path.resolve(options.from ?? path.join(root, 'build/out', directoryName(productName, options)));
const { architecture, version, level } = options;
const release = { root, built, version, architecture, level, date: await sourceDate(root) };
try {
  await makeRelease(release, path.resolve(options.output ?? path.join(root, 'build/out/release')));
} catch (error) {
  end(1, `no release: ${messageOf(error)}`);
}
