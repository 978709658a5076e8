import fc from 'fast-check';
import { anyStep } from './arbitrary.ts';
import { setName } from './commands/cluster.ts';
import type { Step } from './commands/step.ts';
import { usual } from './configurations.ts';
import { finish, reset } from './finish.ts';
import { known } from './known.ts';
import type { Lane } from './lane.ts';
import { type Model, newModel } from './model.ts';
import { newReal, type Real } from './real.ts';

export interface CampaignOptions {
  readonly sequences: number;
  readonly seed: number;
  /** Where in what a seed leads to a failed sequence is: tries that one only. */
  readonly path?: string | undefined;
  readonly progress?: (done: number) => void;
  /** Is told at once what failed, before shorter sequences are tried. */
  readonly onFailure?: (what: string) => void;
}

export interface CampaignResult {
  readonly sequences: number;
  /** How many steps were taken in all, without those that made no sense where they came. */
  readonly steps: number;
  /** What failed, with the shortest sequence found that fails, and how to see it again. */
  readonly failures: readonly string[];
}

const longest = 50;
/** A failed sequence is made shorter by trying shorter ones, each as long as any. */
const attemptsToShrink = 60;

/** Tries that many generated sequences of steps on a lane, until one fails. */
export async function tryModel(lane: Lane, options: CampaignOptions): Promise<CampaignResult> {
  const { sequences, seed, path, progress, onFailure } = options;
  let [done, steps, attempts] = [0, 0, 0];
  let failed = false;
  let log = '';
  const property = fc.asyncProperty(anySequence(lane, path), async (sequence) => {
    // What is not tried any more counts as good, so that the shortest that failed until here is the answer.
    if (failed && attempts++ >= attemptsToShrink) return;
    const outcome = await trySequence(lane, `${done}${failed ? `s${attempts}` : ''}`, sequence);
    steps += outcome.steps;
    if (outcome.error !== undefined) {
      if (!failed) onFailure?.(`lane ${lane.number}, sequence ${done + 1}: ${outcome.error.message}`);
      failed = true;
      log = outcome.log;
      throw outcome.error;
    }
    if (failed) return;
    done += 1;
    progress?.(done);
  });
  const [pathOfSequence] = (path ?? '').split('/');
  const at = pathOfSequence === undefined || pathOfSequence === '' ? {} : { path: pathOfSequence };
  const result = await fc.check(property, { numRuns: sequences, seed, ...at });
  if (!result.failed) return { sequences: done, steps, failures: [] };
  const error = result.errorInstance instanceof Error ? result.errorInstance.message : String(result.errorInstance);
  const [counterexample] = result.counterexample ?? [];
  return { sequences: done, steps, failures: [report(lane, done, result, String(counterexample), error, log)] };
}

/** Tries the sequences that are known to have failed once. Returns what failed. */
export async function tryKnown(lane: Lane): Promise<CampaignResult> {
  const failures: string[] = [];
  let steps = 0;
  for (const [index, [what, sequence]] of Object.entries(known).entries()) {
    const outcome = await trySequence(lane, `known${index}`, sequence);
    steps += outcome.steps;
    if (outcome.error === undefined) continue;
    failures.push([`${what}: ${outcome.error.message.trim()}`, ...indented(outcome.log)].join('\n'));
  }
  return { sequences: Object.keys(known).length, steps, failures };
}

function anySequence(lane: Lane, path: string | undefined): fc.Arbitrary<Iterable<Step>> {
  const [, replay] = (path ?? '').split('/');
  const given = replay === undefined ? {} : { replayPath: replay };
  return fc.commands<Model, Real, false>([...anyStep(lane.nodes.length)], {
    maxCommands: longest,
    size: 'max',
    ...given,
  });
}

interface Tried {
  readonly steps: number;
  readonly error?: Error;
  readonly log: string;
}

async function trySequence(lane: Lane, name: string, sequence: Iterable<Step>): Promise<Tried> {
  const model = newModel(lane.nodes.length, usual);
  const real = newReal(lane, name);
  let steps = 0;
  try {
    await fc.asyncModelRun(() => ({ model, real }), sequence);
    steps = real.log.filter((line) => line.startsWith('# ')).length;
    await finish(model, real);
    for (const [node, { renamed }] of model.nodes.entries()) if (renamed > 0) await setName(real, node, 0);
    return { steps, log: '' };
  } catch (error) {
    const log = real.log.join('\n');
    await reset(model, real);
    return { steps, error: error instanceof Error ? error : new Error(String(error)), log };
  }
}

function report(
  lane: Lane,
  done: number,
  { seed, counterexamplePath }: { readonly seed: number; readonly counterexamplePath: string | null },
  counterexample: string,
  error: string,
  log: string,
): string {
  const [, replay] = /replayPath="([^"]*)"/.exec(counterexample) ?? [];
  const sequence = counterexample.replace(/\/\*replayPath=.*\*\//, '').split(',');
  return [
    `lane ${lane.number}, after ${done} sequences: ${error.trim()}`,
    ...sequence.map((line) => `    ${line.trim()}`),
    `  again: --seed ${seed} --path '${counterexamplePath}${replay === undefined ? '' : `/${replay}`}'`,
    ...indented(log),
  ].join('\n');
}

function indented(log: string): readonly string[] {
  return log.split('\n').map((line) => `  | ${line}`);
}
