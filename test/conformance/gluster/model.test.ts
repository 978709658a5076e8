import { expect, test } from 'vitest';
import { runModel } from '../../model/run.ts';
import { node } from '../support/lab.ts';

const sequences = 20;
/** Fixed, so that what passes today passes tomorrow; and another one each time, so that there is news. */
const fixed = 1;
const random = 2 + Math.floor(Math.random() * 900_000_000);

test.each([fixed, random])(
  'sequences of steps on two nodes lead to what a model says; seed %i',
  async (seed) => {
    const { failures, steps } = await runModel(node(), { sequences, seed, lanes: 1, nodes: 2 });
    expect(failures, failures.join('\n')).toEqual([]);
    expect(steps).toBeGreaterThan(sequences);
  },
  1_800_000,
);
