import { expect, test } from 'vitest';
import { gfapi, loop, nbd, qemu, workloads } from '../bench/data/cases.ts';
import { benchRateOf, rateOf } from '../bench/data/measure.ts';
import { planOf } from '../bench/data/options.ts';
import { goals, summarize, tableOf } from '../bench/data/results.ts';
import { goals as goalsOfVerbs } from '../bench/goals.ts';
import { ways } from '../bench/nbd/cases.ts';
import { summarize as summarizeVerbs } from '../bench/statistics.ts';

const [randomWrite] = workloads;
const measured = new Map([
  [
    randomWrite?.name ?? '',
    new Map([
      [gfapi, [1000, 100, 400]],
      [qemu, [900, 95, 80]],
      [loop, [500, 70, 240]],
    ]),
  ],
]);

test('a way is compared to libgfapi round by round, so that a slow minute of the machine does not count', () => {
  const results = summarize(measured);
  expect(results.map(({ way, rate, ratio }) => [way, rate, ratio])).toEqual([
    [gfapi, 400, 1],
    [qemu, 95, 0.9],
    [loop, 240, 0.6],
  ]);
});

test('the table has a line for each workload that was measured, and no other', () => {
  const [header = '', ...lines] = tableOf(summarize(measured)).split('\n');
  expect(header.trim().split(/\s{2,}/)).toEqual([gfapi, qemu, 'x gfapi', loop, 'x gfapi']);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^4 KiB random write, depth 1 +IOPS +400 +95 +0\.90 +240 +0\.60$/);
});

test('a bench compares its ways to the one it names', () => {
  expect(summarize(measured, loop).map(({ way, ratio }) => [way, ratio])).toEqual([
    [gfapi, 5 / 3],
    [qemu, 95 / 70],
    [loop, 1],
  ]);
  expect(tableOf(summarize(measured, loop), loop)).toMatch(/gfapi +x loop +QEMU +x loop +loop\n/);
});

test('the way that all are compared to is measured whatever --only names', () => {
  const plan = planOf({ rounds: '3', runtime: '1', only: 'qemu-nbd,random read' }, ways, loop);
  expect(plan.ways.map(({ name }) => name)).toEqual([loop, nbd]);
  expect(plan.workloads.map(({ name }) => name)).toEqual(['4 KiB random read, depth 1', '4 KiB random read, depth 16']);
  expect(() => planOf({ rounds: '3', runtime: '1', only: 'tape' }, ways, loop)).toThrow('tape');
});

test('goals tell what was reached, met or not', () => {
  expect(goals(summarize(measured))).toEqual([
    'not met  loop / gfapi, 4 KiB random write, depth 1: 0.60 (goal: at least 0.62)',
    'not met  QEMU / gfapi, 4 KiB random write, depth 1: 0.90 (goal: at least 0.95)',
  ]);
  expect(goals([])).toEqual([]);
});

test('a verb may take twice as long as bare Node, and the time of its own round trips', () => {
  const took = (milliseconds: number) => [{ seconds: milliseconds / 1000, processor: 0, mebibytes: 0 }];
  const runs = {
    'node, an empty file': took(40),
    'python3, nothing': took(10),
    'open, to do': took(110),
    'round trips of open, python3': took(30),
    'close, to do': took(110),
  };
  expect(goalsOfVerbs(summarizeVerbs(runs, 'node, an empty file'))).toEqual([
    'not met  open to do, but for its own round trips / bare Node: 2.25 (goal: at most 2)',
  ]);
});

test.each<[string, string, number | undefined]>([
  ['of a write', '{ "jobs": [{ "read": { "iops": 0 }, "write": { "iops": 12.5 } }] }\n', 12.5],
  [
    'after what libgfapi says',
    'I [io-stats.c] {x}\n{\n "jobs": [{ "read": { "iops": 7 }, "write": { "iops": 0 } }]\n}\n',
    7,
  ],
  ['of nothing done', '{ "jobs": [{ "read": { "iops": 0 }, "write": { "iops": 0 } }] }', undefined],
  ['of no JSON', 'fio: no such engine\n', undefined],
])("fio's rate %s", (_, output, rate) => {
  expect(rateOf(output)).toBe(rate);
});

test.each<[string, string, number | undefined]>([
  ['of reads', 'Sending 300 read requests, 4096 bytes each, 1 in parallel\nRun completed in 1.500 seconds.\n', 200],
  ['of none', 'Sending 0 write requests, 4096 bytes each\nRun completed in 0.000 seconds.\n', undefined],
  ['of an error', 'qemu-img: Could not open\n', undefined],
])("qemu-img's rate %s", (_, output, rate) => {
  expect(benchRateOf(output)).toBe(rate);
});
