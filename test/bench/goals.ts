import { asking, baseline, createLarge, python, pythonAttach, qemuCreate, roundTripsOf, warmAttach } from './cases.ts';
import type { Result } from './statistics.ts';

/** What the project wants of its speed, as sentences with what was measured; only those of which all cases ran. */
export function goals(results: readonly Result[]): readonly string[] {
  const median = (name: string): number | undefined =>
    results.find((result) => result.name === name)?.milliseconds.median;
  const quotient = (one: string, other: string): number | undefined => {
    const [first, second] = [median(one), median(other)];
    return first === undefined || second === undefined ? undefined : first / second;
  };
  const atMost = (what: string, value: number | undefined, limit: number): readonly string[] =>
    value === undefined ? [] : [`${verdict(value <= limit)} ${what}: ${value.toFixed(2)} (goal: at most ${limit})`];
  return [
    ...atMost('attach of an attached image / bare Node', quotient(warmAttach, baseline), 1.15),
    ...atMost('attach of an attached image / python3', quotient(warmAttach, pythonAttach), 1),
    ...asking.flatMap((verb) => {
      const [took, trips, start, node] = [`${verb}, to do`, roundTripsOf(verb), python, baseline].map(median);
      if (took === undefined || trips === undefined || start === undefined || node === undefined) return [];
      return atMost(`${verb} to do, but for its own round trips / bare Node`, (took - (trips - start)) / node, 2);
    }),
    ...atLeast('qemu-img create of 10 GiB / create', quotient(qemuCreate, createLarge), 100, 0),
  ];
}

/** A goal that is met by what is not less, as a sentence; none when it was not measured. */
export function atLeast(what: string, value: number | undefined, limit: number, decimals: number): readonly string[] {
  if (value === undefined) return [];
  return [`${verdict(value >= limit)} ${what}: ${value.toFixed(decimals)} (goal: at least ${limit})`];
}

function verdict(met: boolean): string {
  return (met ? 'met' : 'not met').padEnd(8);
}
