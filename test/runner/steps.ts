import { glob, open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { takeAway } from './leftovers.ts';
import { type Output, run } from './process.ts';
import { type Result, resultOf } from './report.ts';

/** One step of `npm test`. What it prints goes to `output`. */
export interface Step {
  readonly name: string;
  readonly needsBuild?: boolean;
  readonly run: (output: Output) => Promise<Result>;
}

const root = path.resolve(import.meta.dirname, '../..');

/**
 * All steps: one stage after the other, the quicker the answer, the earlier. The lanes of a stage run side by side,
 * each step by step. End to end tests wait for most of their time, so that two processors have enough to do.
 */
export const stages: readonly (readonly (readonly Step[])[])[] = [
  [
    [{ name: 'types', run: () => check('types', ['tsc', '--noEmit']) }],
    [{ name: 'lint', run: () => check('lint', ['biome', 'check', '--error-on-warnings', '.']) }],
    [{ name: 'unused', run: () => check('unused', ['knip']) }],
    [
      {
        name: 'shell',
        run: async () => check('shell', ['shellcheck', '-x', '--source-path=SCRIPTDIR', ...(await shellScripts())]),
      },
    ],
    [{ name: 'build', run: build }],
  ],
  [[tests('unit', { needsBuild: false })]],
  [
    [tests('sanity', { needsBuild: false })],
    [tests('install', { needsBuild: false }), tests('executable')],
    [tests('package')],
  ],
  [
    [tests('conformance'), tests('lab'), tests('pool')],
    [tests('e2e'), tests('short')],
  ],
];

/** The same, one after the other. */
export const steps: readonly Step[] = stages.flat(2);

/** The step of a vitest project. */
function tests(name: string, { needsBuild = true } = {}): Step {
  return { name, needsBuild, run: (output) => vitest(name, needsBuild ? 'verbose' : 'default', output) };
}

/** A static check counts as one test; its output matters only if it fails. */
async function check(step: string, argv: readonly [string, ...string[]]): Promise<Result> {
  const { exitCode, output } = await run(step, argv, 'kept');
  if (exitCode !== 0) console.log(output);
  return one(exitCode === 0);
}

async function build(output: Output): Promise<Result> {
  const { exitCode } = await run('build', ['node', 'build/build.ts'], output);
  return one(exitCode === 0);
}

function one(passed: boolean): Result {
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0, files: [], failures: [] };
}

async function vitest(project: string, reporter: 'default' | 'verbose', output: Output): Promise<Result> {
  const report = path.join(root, `build/out/reports/${project}.json`);
  await rm(report, { force: true });
  const reporters = [`--reporter=${reporter}`, '--reporter=json', `--outputFile.json=${report}`];
  // What a run left that was killed; without root there is nothing, and the step says why.
  if (process.getuid?.() === 0) await takeAway(project);
  const { exitCode } = await run(project, ['vitest', 'run', '--project', project, ...reporters], output);
  return resultOf(exitCode, await readFile(report, 'utf8').catch(() => '{}'), root);
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
