import { numberOf } from '../arguments.ts';
import { mebibytes, type Way, workloads } from './cases.ts';
import type { Plan } from './measure.ts';

/** What every bench of images can be told; for parseArgs. */
export const planOptions = {
  rounds: { type: 'string', default: '5' },
  runtime: { type: 'string', default: '2' },
  only: { type: 'string' },
  json: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

type Values = { readonly rounds: string; readonly runtime: string; readonly only?: string | undefined };

/**
 * What the values of these options ask for; `base` is a way that always has to be there. Throws what is wrong with
 * them.
 */
export function planOf(values: Values, ways: readonly Way[], base: string): Plan {
  const texts = values.only?.split(',') ?? [];
  const unknown = texts.find((text) => !namesOf(ways).some((name) => name.includes(text)));
  if (unknown !== undefined) throw new Error(`no workload or way is called ${unknown}`);
  return {
    rounds: numberOf('--rounds', values.rounds),
    seconds: numberOf('--runtime', values.runtime),
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
