import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Failure } from '#src/errors.ts';
import { cacheDirectory, filesDirectory } from './layout.ts';
import { run } from './process.ts';
import type { Progress } from './progress.ts';
import { machineSuite, type Suite, suites } from './suites.ts';

const packageList = new URL('packages.txt', import.meta.url);
const script = `${filesDirectory}/base.sh`;
const archive = 'http://deb.debian.org/debian';
/** Of the machine's own apt: how it reaches the archive, and what it thinks of its dates. */
const networkOptions = /^Acquire::(?:Check-|Retries|ForceIPv|https?::)/;

/** What a base is made of, and where. */
export interface BaseOptions {
  readonly suite: Suite;
  readonly progress?: Progress;
  /** Where bases are kept, for all labs of the machine. */
  readonly directory?: string;
  /** Those of packages.txt unless told. */
  readonly packages?: readonly string[];
  /** The machine's own unless told. */
  readonly mirror?: string;
}

/**
 * The directory that the nodes of a suite are laid over: the machine's own root if it is of that suite, else a tree
 * with the packages of packages.txt, made at the first use from the archive of the machine's own packages (needs the
 * network, takes a minute or two) and kept. It is complete or not there, however many ask for it at the same time.
 */
export async function prepareBase({ suite, ...options }: BaseOptions): Promise<string> {
  if (suite === machineSuite() && options.directory === undefined) return '/';
  if (process.arch !== 'x64') {
    const sentence = `${suites[suite].debian} is made for x86_64 only, and this machine is ${process.arch}`;
    throw new Failure('environment', sentence);
  }
  const { directory = `${cacheDirectory}/bases`, packages = wantedPackages() } = options;
  const key = createHash('sha256').update(packages.join()).update(readFileSync(script)).digest('hex').slice(0, 12);
  const target = `${directory}/${suite}-${key}`;
  // Nobody else on the machine is to find its programs, which get no updates.
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(`${target}.used`, '');
  if (!existsSync(target)) await make(suite, target, packages, options);
  return target;
}

async function make(
  suite: Suite,
  target: string,
  packages: readonly string[],
  { progress, mirror }: Omit<BaseOptions, 'suite'>,
): Promise<void> {
  const { debian } = suites[suite];
  const from = mirror ?? (await machineMirror());
  progress?.(`${debian} is made, once, in ${target}: ${packages.length} packages of ${from}`);
  const argv = ['sh', script, target, suite, from, packages.join(), ...(await networkSettings())];
  const { exitCode, stdout } = await run(argv, {
    onLine: (line) => {
      const step = /^I: (.*)/.exec(line)?.[1];
      if (step !== undefined) progress?.(`${debian}: ${step}`);
    },
  });
  if (exitCode === 0 && existsSync(target)) return;
  const lines = stdout.split('\n').filter((line) => line.trim() !== '');
  const reason =
    exitCode === 127 ? 'mmdebstrap is not installed (build/bootstrap.sh does it)' : 'is the network there?';
  const sentence = `${debian} cannot be made from ${from}: ${reason}`;
  throw new Failure('environment', [sentence, ...lines.slice(-8)].join('\n  '));
}

/** The names in packages.txt. */
function wantedPackages(): readonly string[] {
  const lines = readFileSync(packageList, 'utf8').split('\n');
  return lines.map((line) => line.replace(/#.*/, '').trim()).filter((name) => name !== '');
}

/** Where the machine has its own packages from. */
async function machineMirror(): Promise<string> {
  const filter = ['Created-By: Packages', 'Label: Debian'];
  const { stdout } = await run(['apt-get', 'indextargets', '--format', '$(REPO_URI)', ...filter]);
  return stdout.split('\n')[0]?.trim() || archive;
}

async function networkSettings(): Promise<readonly string[]> {
  const { stdout } = await run(['apt-config', 'dump']);
  return stdout.split('\n').filter((line) => networkOptions.test(line));
}
