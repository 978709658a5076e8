import { atLeast } from '../goals.ts';
import { linedUp, spreadOf } from '../statistics.ts';
import { gfapi, loop, qemu, randomWrites, workloads } from './cases.ts';
import type { Measured } from './measure.ts';

/** What came of one workload on one way: requests a second, and how they compare to another way in the same round. */
export interface Result {
  readonly workload: string;
  readonly way: string;
  readonly unit: string;
  readonly runs: number;
  readonly rate: number;
  readonly ratio: number;
}

/**
 * The middle of all rounds: of the rates, and of what each round's rate is when divided by that of `base` in the same
 * round.
 */
export function summarize(measured: Measured, base = gfapi): readonly Result[] {
  return workloads.flatMap(({ name, unit }) => {
    const rates = measured.get(name) ?? new Map<string, readonly number[]>();
    const bases = rates.get(base) ?? [];
    return [...rates].map(([way, list]) => ({
      workload: name,
      way,
      unit,
      runs: list.length,
      rate: spreadOf(list).median,
      ratio: spreadOf(list.map((rate, round) => rate / (bases[round] ?? Number.NaN))).median,
    }));
  });
}

/** The results as a table for people, with ratios to `base`. */
export function tableOf(results: readonly Result[], base = gfapi): string {
  const ways = [...new Set(results.map(({ way }) => way))];
  const header = ['', '', ...ways.flatMap((way) => (way === base ? [way] : [way, `x ${base}`]))];
  const rows = [...new Set(results.map(({ workload }) => workload))].map((workload) => {
    const cells = results.filter((result) => result.workload === workload);
    const numbers = cells.flatMap(({ way, rate, ratio }) =>
      way === base ? [rate.toFixed(0)] : [rate.toFixed(0), ratio.toFixed(2)],
    );
    return [workload, cells[0]?.unit ?? '', ...numbers];
  });
  return linedUp([header, ...rows]);
}

/** What the project wants of its speed, as sentences with what was measured; only those that were measured. */
export function goals(results: readonly Result[]): readonly string[] {
  const wanted = [
    { way: loop, limit: 0.62 },
    { way: qemu, limit: 0.95 },
  ];
  return wanted.flatMap(({ way, limit }) =>
    results
      .filter((result) => result.way === way && result.workload.startsWith(`${randomWrites}, `))
      .flatMap(({ workload, ratio }) => atLeast(`${way} / ${gfapi}, ${workload}`, ratio, limit, 2)),
  );
}
