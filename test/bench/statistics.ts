/** What measure.py tells of one run. */
export interface Run {
  readonly seconds: number;
  readonly processor: number;
  readonly mebibytes: number;
}

/** The smallest, the middle and the largest of some numbers. */
export interface Spread {
  readonly minimum: number;
  readonly median: number;
  readonly maximum: number;
}

/** What came of one case: times in milliseconds, memory in MiB, and each time divided by that of bare Node. */
export interface Result {
  readonly name: string;
  readonly runs: number;
  readonly milliseconds: Spread;
  readonly processor: Spread;
  readonly mebibytes: Spread;
  readonly ratio: Spread;
}

/** Sums up the runs of every case; `baseline` is the one that the others are compared to. */
export function summarize(runs: Readonly<Record<string, readonly Run[]>>, baseline: string): readonly Result[] {
  const base = spreadOf((runs[baseline] ?? []).map((run) => run.seconds * 1000));
  return Object.entries(runs)
    .filter(([, list]) => list.length > 0)
    .map(([name, list]) => {
      const milliseconds = spreadOf(list.map((run) => run.seconds * 1000));
      return {
        name,
        runs: list.length,
        milliseconds,
        processor: spreadOf(list.map((run) => run.processor * 1000)),
        mebibytes: spreadOf(list.map((run) => run.mebibytes)),
        ratio: {
          minimum: milliseconds.minimum / base.minimum,
          median: milliseconds.median / base.median,
          maximum: milliseconds.maximum / base.maximum,
        },
      };
    });
}

/** Of no numbers, all three are NaN. */
export function spreadOf(numbers: readonly number[]): Spread {
  const sorted = [...numbers].sort((one, other) => one - other);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const median = (at(Math.floor((sorted.length - 1) / 2)) + at(Math.floor(sorted.length / 2))) / 2;
  return { minimum: at(0), median, maximum: at(sorted.length - 1) };
}

/** The results as a table for people. */
export function tableOf(results: readonly Result[]): string {
  const header = ['', 'runs', 'ms: min', 'median', 'max', 'x node: min', 'median', 'max', 'cpu ms', 'MiB'];
  const rows = results.map(({ name, runs, milliseconds, processor, mebibytes, ratio }) => [
    name,
    String(runs),
    ...[milliseconds.minimum, milliseconds.median, milliseconds.maximum].map((value) => value.toFixed(1)),
    ...[ratio.minimum, ratio.median, ratio.maximum].map((value) => value.toFixed(2)),
    processor.median.toFixed(1),
    mebibytes.median.toFixed(0),
  ]);
  return linedUp([header, ...rows]);
}

/** Lines of cells with their columns lined up: the first to the left, the others to the right. */
export function linedUp(lines: readonly (readonly string[])[]): string {
  const columns = Math.max(...lines.map((line) => line.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines.map((line) => line.map((cell, column) => pad(cell, column, widths[column] ?? 0)).join('  ')).join('\n');
}

function pad(cell: string, column: number, width: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
