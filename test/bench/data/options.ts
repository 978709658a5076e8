import { Failure } from '#src/errors.ts';
import { type Given, numberOf, valuesIn } from '../../../build/command-line.ts';
import { mebibytes, type Way, workloads } from './cases.ts';
import type { Plan } from './measure.ts';

/** What every bench of images can be told; `base` is the way that always has to be there. */
export function planOptions(base: string) {
  return {
    rounds: { value: 'N', meaning: 'how often everything is measured: 5 unless told' },
    runtime: { value: 'N', meaning: 'for how many seconds each time: 2 unless told, after one that does not count' },
    only: {
      value: 'TEXT',
      meaning: `only the workloads and ways whose names hold TEXT, and ${base}; several with commas between`,
    },
    json: { meaning: 'the results as JSON on standard output' },
    list: { meaning: 'the names of all workloads and ways' },
  } as const;
}

type Chosen = Pick<Given<ReturnType<typeof planOptions>>, 'rounds' | 'runtime' | 'only'>;

/** What these options ask for. Throws a Failure of kind usage for a workload or way that there is not. */
export function planOf({ rounds = '5', runtime = '2', only }: Chosen, ways: readonly Way[], base: string): Plan {
  const texts = valuesIn(only) ?? [];
  const unknown = texts.find((text) => !namesOf(ways).some((name) => name.includes(text)));
  if (unknown !== undefined) throw new Failure('usage', `no workload or way is called ${unknown}`);
  return {
    rounds: numberOf('--rounds', rounds),
    seconds: numberOf('--runtime', runtime),
    mebibytes,
    workloads: chosen(workloads, texts),
    ways: chosen(ways, texts, base),
  };
}

/** What can be chosen with --only. */
export function namesOf(ways: readonly Way[]): readonly string[] {
  return [...workloads, ...ways].map(({ name }) => name);
}

/** Those whose names hold one of the texts, and the one that has to be there; all where none of them is named. */
function chosen<Named extends { readonly name: string }>(
  all: readonly Named[],
  texts: readonly string[],
  always?: string,
): readonly Named[] {
  const named = all.filter(({ name }) => texts.some((text) => name.includes(text)));
  return named.length === 0 ? all : all.filter((one) => named.includes(one) || one.name === always);
}
