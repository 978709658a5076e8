/**
 * `npm test`: every check of this repository, cheap ones first. A failed step does not stop the later ones; the last
 * line is `N passed, N failed`, where a static check or the build counts as one test. In CI a skipped test has failed.
 */
import { parseArgs } from 'node:util';
import { defaultSuite, suiteNamed, suiteNames, suiteVariable } from './lab/suites.ts';
import { stopOnSignal } from './runner/process.ts';
import { type Count, steps } from './runner/steps.ts';

const names = steps.map((step) => step.name);
const usage = `usage: npm test [-- [--only STEP[,STEP...]] [--suite SUITE]]

Steps, in order: ${names.join(' ')}
A step that uses the built executable has the build done first.
Suites, the Debian releases of the lab: ${suiteNames.join(' ')}. conformance and e2e run on SUITE (${defaultSuite} unless told), short on the\nother one, package on both.`;

function selected(): readonly string[] {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, suite: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) {
    console.log(usage);
    process.exit(0);
  }
  if (values.suite !== undefined) process.env[suiteVariable] = suiteNamed(values.suite);
  const only = values.only?.split(',') ?? names;
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new Error(`no such step: ${unknown.join(', ')}`);
  }
  return steps.some((step) => only.includes(step.name) && step.needsBuild) ? ['build', ...only] : only;
}

function selectedOrExit(): readonly string[] {
  try {
    return selected();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(2);
  }
}

async function main(): Promise<void> {
  const only = selectedOrExit();
  stopOnSignal();
  const total: Count = { passed: 0, failed: 0, skipped: 0 };
  const failures: string[] = [];
  const skippedFails = !['', 'false', undefined].includes(process.env.CI);
  for (const step of steps.filter(({ name }) => only.includes(name))) {
    const started = performance.now();
    const count = await step.run();
    const failed = count.failed + (skippedFails ? count.skipped : 0);
    total.passed += count.passed;
    total.failed += failed;
    if (failed > 0) failures.push(count.failed > 0 ? step.name : `${step.name} (skipped tests, in CI)`);
    console.log(summary(step.name, count, performance.now() - started));
  }
  if (failures.length > 0) console.log(`\nfailed: ${failures.join(', ')}`);
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed > 0 ? 1 : 0;
}

function summary(name: string, { passed, failed, skipped }: Count, milliseconds: number): string {
  const counts = [`${passed} passed`, failed && `${failed} FAILED`, skipped && `${skipped} skipped`];
  return `== ${name.padEnd(11)} ${counts.filter(Boolean).join(', ')} in ${(milliseconds / 1000).toFixed(1)} s`;
}

await main();
