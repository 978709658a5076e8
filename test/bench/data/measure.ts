import type { LabNode } from '../../lab/node.ts';
import type { Progress } from '../../lab/progress.ts';
import { gfapi, type Places, type Way, type Workload } from './cases.ts';

/** Where commands run: on a node, or on a machine within a lab. */
export type Runner = Pick<LabNode, 'exec'>;

/** What was done in a second, one number a round, by the names of the workload and the way. */
export type Measured = ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>;

export interface Plan {
  readonly workloads: readonly Workload[];
  readonly ways: readonly Way[];
  readonly rounds: number;
  readonly seconds: number;
  readonly mebibytes: number;
}

/**
 * Measures round by round, and in each round one way right after the other, so that whatever else the machine does
 * meets all of them alike. Each run through libgfapi takes ten seconds more, in which it does nothing: glfs_fini waits.
 */
export async function measure(node: Runner, places: Places, plan: Plan, progress: Progress): Promise<Measured> {
  const measured = new Map(
    plan.workloads.map((workload) => [
      workload.name,
      new Map<string, number[]>(plan.ways.map((way) => [way.name, []])),
    ]),
  );
  for (let round = 1; round <= plan.rounds; round += 1) {
    for (const workload of plan.workloads)
      for (const way of plan.ways) {
        const rates = measured.get(workload.name);
        const requests = (rates?.get(gfapi)?.at(-1) ?? 0) * plan.seconds;
        const rate =
          'fio' in way
            ? await runFio(node, [...fioOptions(plan, workload), ...way.fio(places, workload.depth)])
            : await runQemu(node, [...benchOptions(workload, requests), way.address(places)]);
        rates?.get(way.name)?.push(rate);
      }
    progress(`round ${round} of ${plan.rounds} is measured`);
  }
  return measured;
}

function fioOptions({ seconds, mebibytes }: Plan, workload: Workload): readonly string[] {
  return [
    '--name=bench',
    '--output-format=json',
    '--thread',
    '--direct=1',
    `--size=${mebibytes}m`,
    '--time_based',
    `--runtime=${seconds}`,
    // The first request to each shard looks it up.
    '--ramp_time=1',
    '--randrepeat=0',
    '--norandommap',
    `--iodepth=${workload.depth}`,
    `--rw=${workload.random ? 'rand' : ''}${workload.write ? 'write' : 'read'}`,
    `--bs=${workload.bytes}`,
    ...(workload.fsync ? ['--fsync=1'] : []),
  ];
}

/** `qemu-img bench` ends after so many requests; random ones are to it such that are far from each other. */
function benchOptions({ write, random, bytes, fsync, depth }: Workload, requests: number): readonly string[] {
  return [
    '-f',
    'raw',
    '-t',
    'none',
    '-c',
    String(Math.max(100, Math.round(requests))),
    '-d',
    String(depth),
    '-s',
    String(bytes),
    '-S',
    String(random ? 77 * 1024 * 1024 + bytes : bytes),
    ...(write ? ['-w'] : []),
    ...(fsync ? ['--flush-interval=1'] : []),
  ];
}

/** Requests in a second. */
async function runFio(node: Runner, options: readonly string[]): Promise<number> {
  const { stdout, stderr } = await node.exec(['fio', ...options], { cwd: '/tmp', timeLimit: 600_000 });
  const rate = rateOf(stdout);
  if (rate === undefined) throw new Error(`fio ${options.join(' ')} says ${stdout}${stderr}`);
  return rate;
}

async function runQemu(node: Runner, options: readonly string[]): Promise<number> {
  const { stdout, stderr } = await node.exec(['qemu-img', 'bench', ...options], { timeLimit: 600_000 });
  const rate = benchRateOf(stdout);
  if (rate === undefined) throw new Error(`qemu-img bench ${options.join(' ')} says ${stdout}${stderr}`);
  return rate;
}

/** The requests in a second that `qemu-img bench` tells of; opening and closing the image do not count. */
export function benchRateOf(output: string): number | undefined {
  const requests = /^Sending (\d+) (?:read|write) requests/m.exec(output)?.[1];
  const seconds = /^Run completed in ([\d.]+) seconds/m.exec(output)?.[1];
  const rate = Number(requests) / Number(seconds);
  return Number.isFinite(rate) && rate > 0 ? rate : undefined;
}

/** The requests in a second that the JSON of fio tells of; the engine of libgfapi may have said something before it. */
export function rateOf(output: string): number | undefined {
  const [, json = '{}'] = /^(\{.*\})/ms.exec(output) ?? [];
  const { jobs = [] }: { readonly jobs?: readonly Record<'read' | 'write', { readonly iops: number }>[] } =
    JSON.parse(json);
  const [job] = jobs;
  const rate = job === undefined ? 0 : job.read.iops + job.write.iops;
  return rate > 0 ? rate : undefined;
}
