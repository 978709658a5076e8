import { glob, open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { run } from './process.ts';

/** What a step counted. */
export type Count = { passed: number; failed: number; skipped: number };

/** One step of `npm test`. */
export type Step = { readonly name: string; readonly needsBuild?: boolean; readonly run: () => Promise<Count> };

const root = path.resolve(import.meta.dirname, '../..');

/** All steps in the order they run: the quicker the answer, the earlier. */
export const steps: readonly Step[] = [
  { name: 'types', run: () => check(['tsc', '--noEmit']) },
  { name: 'lint', run: () => check(['biome', 'check', '--error-on-warnings', '.']) },
  { name: 'unused', run: () => check(['knip']) },
  { name: 'shell', run: async () => check(['shellcheck', '-x', '--source-path=SCRIPTDIR', ...(await shellScripts())]) },
  { name: 'build', run: build },
  { name: 'unit', run: () => vitest('unit', 'default') },
  { name: 'sanity', run: () => vitest('sanity', 'default') },
  { name: 'install', run: () => vitest('install', 'default') },
  { name: 'executable', needsBuild: true, run: () => vitest('executable', 'verbose') },
  { name: 'package', needsBuild: true, run: () => vitest('package', 'verbose') },
  { name: 'conformance', needsBuild: true, run: () => vitest('conformance', 'verbose') },
  { name: 'lab', needsBuild: true, run: () => vitest('lab', 'verbose') },
  { name: 'e2e', needsBuild: true, run: () => vitest('e2e', 'verbose') },
  { name: 'short', needsBuild: true, run: () => vitest('short', 'verbose') },
];

/** A static check counts as one test; its output matters only if it fails. */
async function check(argv: readonly [string, ...string[]]): Promise<Count> {
  const { code, output } = await run(argv, 'kept');
  if (code !== 0) console.log(output);
  return one(code === 0);
}

async function build(): Promise<Count> {
  const { code } = await run(['node', 'build/build.ts'], 'live');
  return one(code === 0);
}

function one(passed: boolean): Count {
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
}

async function vitest(project: string, reporter: 'default' | 'verbose'): Promise<Count> {
  const report = path.join(root, `build/out/reports/${project}.json`);
  await rm(report, { force: true });
  const reporters = [`--reporter=${reporter}`, '--reporter=json', `--outputFile.json=${report}`];
  const { code } = await run(['vitest', 'run', '--project', project, ...reporters], 'live');
  return counts(code, await readFile(report, 'utf8').catch(() => '{}'));
}

type Report = Partial<Record<'numPassedTests' | 'numFailedTests' | 'numPendingTests' | 'numTodoTests', number>>;

function parseReport(report: string): Report {
  return JSON.parse(report);
}

/** The counts in a report; a run that failed without a failed test (a file that does not load, no tests) is one more. */
function counts(code: number, report: string): Count {
  const { numPassedTests = 0, numFailedTests = 0, numPendingTests = 0, numTodoTests = 0 } = parseReport(report);
  const unaccounted = code !== 0 && numFailedTests === 0 ? 1 : 0;
  return {
    passed: numPassedTests,
    failed: numFailedTests + unaccounted,
    skipped: numPendingTests + numTodoTests,
  };
}

/** Every file of the repository that says it is a shell script. */
async function shellScripts(): Promise<string[]> {
  const ignored = new Set(['node_modules', '.git', 'out']);
  const exclude = ({ name }: { readonly name: string }) => ignored.has(name);
  const scripts: string[] = [];
  for await (const entry of glob('{.ci/,}**', { cwd: root, withFileTypes: true, exclude })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile() && /^#!.*\b(ba)?sh\b/.test(await firstLine(file))) scripts.push(path.relative(root, file));
  }
  return [...new Set(scripts)].sort();
}

async function firstLine(file: string): Promise<string> {
  await using handle = await open(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(80), 0, 80, 0);
  return buffer.toString('utf8', 0, bytesRead).split('\n', 1)[0] ?? '';
}
