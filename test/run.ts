/**
 * `npm test`: every check of this repository, cheap ones first. A failed step does not stop the later ones. At the end
 * it tells which files of tests took longest and what failed; the last line is `N passed, N failed`, where a static
 * check or the build counts as one test. In CI a skipped test has failed.
 */
import { Failure } from '#src/errors.ts';
import { type CommandLine, type Given, runCommandLine, valuesIn } from '../build/command-line.ts';
import { inSeconds } from '../build/seconds.ts';
import { defaultSuite, suiteNamed, suiteNames, suiteVariable } from './lab/suites.ts';
import { stopOnSignal } from './runner/process.ts';
import type { Count, FailedTest, FileTime } from './runner/report.ts';
import { type Step, stages, steps } from './runner/steps.ts';

const names = steps.map((step) => step.name);
const options = {
  only: {
    value: 'STEP[,STEP...]',
    meaning: 'only these steps, and the build if one of them uses the built executable',
  },
  suite: {
    value: 'SUITE',
    meaning: `conformance and e2e run on it: ${suiteNames.join(' or ')}, ${defaultSuite} unless told`,
  },
} as const;

const line: CommandLine<typeof options> = {
  program: 'test',
  usage: 'npm test [-- OPTION...]',
  help: 'npm test -- --help',
  options,
  about: `Steps, in order: ${names.join(' ')}
Those that leave each other alone run side by side.
A suite is the Debian release of a lab. short runs on the other one, package on both.`,
};

function selected({ only: text, suite }: Given<typeof options>): readonly string[] {
  if (suite !== undefined) process.env[suiteVariable] = suiteNamed(suite);
  const only = valuesIn(text) ?? names;
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Failure('usage', `no such step: ${unknown.join(', ')}`);
  return steps.some((step) => only.includes(step.name) && step.needsBuild) ? ['build', ...only] : only;
}

const total: Count = { passed: 0, failed: 0, skipped: 0 };
const failedSteps: string[] = [];
const failedTests: FailedTest[] = [];
const files: FileTime[] = [];
const skippedFails = !['', 'false', undefined].includes(process.env.CI);

async function main(given: Given<typeof options>): Promise<number> {
  const only = selected(given);
  stopOnSignal();
  for (const stage of stages) {
    const lanes = stage.map((lane) => lane.filter(({ name }) => only.includes(name))).filter((lane) => lane.length > 0);
    await Promise.all(lanes.map((lane) => runLane(lane, lanes.length > 1)));
  }
  tellSlowest();
  tellFailed();
  if (failedSteps.length > 0) console.log(`\nfailed: ${failedSteps.join(', ')}`);
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  return total.failed > 0 ? 1 : 0;
}

async function runLane(lane: readonly Step[], hasOthersBeside: boolean): Promise<void> {
  for (const step of lane) {
    const started = performance.now();
    const result = await step.run(hasOthersBeside ? { prefix: `${step.name.padEnd(11)} | ` } : 'live');
    const failed = result.failed + (skippedFails ? result.skipped : 0);
    total.passed += result.passed;
    total.failed += failed;
    files.push(...result.files);
    failedTests.push(...result.failures);
    if (failed > 0) failedSteps.push(result.failed > 0 ? step.name : `${step.name} (skipped tests, in CI)`);
    console.log(summary(step.name, result, performance.now() - started));
  }
}

/** The ten files that took longest: the longest of all are in test/runner/longest-first.ts. */
function tellSlowest(): void {
  const slowest = files.toSorted((one, other) => other.seconds - one.seconds).slice(0, 10);
  if (slowest.length > 0) console.log('\nthe files that took longest:');
  for (const { file, seconds } of slowest) console.log(`${seconds.toFixed(1).padStart(8)} s  ${file}`);
}

/** What failed, once more: it stands far above in the output of all steps. */
function tellFailed(): void {
  for (const { test, said } of failedTests) console.log(`\nFAILED ${test}\n${said.replace(/^/gm, '  ')}`);
}

function summary(name: string, { passed, failed, skipped }: Count, milliseconds: number): string {
  const counts = [`${passed} passed`, failed && `${failed} FAILED`, skipped && `${skipped} skipped`];
  return `== ${name.padEnd(11)} ${counts.filter(Boolean).join(', ')} in ${inSeconds(milliseconds)}`;
}

await runCommandLine(line, main);
