import { expect, test } from 'vitest';
import { runModel } from '../../model/run.ts';
import { node } from '../support/lab.ts';

const sequences = 10;
/** Fixed, so that what passes today passes tomorrow. News come from `npm run test:faults -- --only model --seed N`. */
const seed = 1;

test('sequences of steps on two nodes lead to what a model says', { timeout: 1_800_000 }, async () => {
  const { failures, steps } = await runModel(node(), { sequences, seed, lanes: 1, nodes: 2 });
  expect(failures, failures.join('\n')).toEqual([]);
  expect(steps).toBeGreaterThan(sequences);
});
