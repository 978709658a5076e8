/**
 * A run of `npm test` with one step, for interrupted.test.ts: runner.ts STEP [TELL]. With TELL the step brings up labs
 * and waits, else what an earlier run left of the step is taken away, and that is all.
 */
import { fileURLToPath } from 'node:url';
import { takeAway } from '../../runner/leftovers.ts';
import { run, stopOnSignal } from '../../runner/process.ts';

const [step = '', tell] = process.argv.slice(2);
stopOnSignal();
await takeAway(step);
if (tell !== undefined) {
  const { exitCode } = await run(
    step,
    ['node', fileURLToPath(new URL('step.ts', import.meta.url)), step, tell],
    'live',
  );
  process.exitCode = exitCode;
}
