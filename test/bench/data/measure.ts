import type { LabNode } from '../../lab/node.ts';
import type { Places, Way, Workload } from './cases.ts';

/** What fio did in a second, one number a round, by the names of the workload and the way. */
export type Measured = ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>;

export type Plan = {
  readonly workloads: readonly Workload[];
  readonly ways: readonly Way[];
  readonly rounds: number;
  readonly seconds: number;
  readonly mebibytes: number;
};

/**
 * Measures round by round, and in each round one way right after the other, so that whatever else the machine does meets
 * all of them alike. Each run of fio through libgfapi takes ten seconds more, in which it does nothing: glfs_fini waits.
 */
export async function measure(
  node: LabNode,
  places: Places,
  plan: Plan,
  progress: (line: string) => void,
): Promise<Measured> {
  const measured = new Map(
    plan.workloads.map((workload) => [
      workload.name,
      new Map<string, number[]>(plan.ways.map((way) => [way.name, []])),
    ]),
  );
  for (let round = 1; round <= plan.rounds; round += 1) {
    for (const workload of plan.workloads)
      for (const way of plan.ways) {
        const rate = await runFio(node, [...fioOptions(plan, workload), ...way.options(places, workload.depth)]);
        measured.get(workload.name)?.get(way.name)?.push(rate);
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
    ...workload.options,
  ];
}

/** Requests in a second. */
async function runFio(node: LabNode, options: readonly string[]): Promise<number> {
  const { stdout, stderr } = await node.exec(['fio', ...options], { cwd: '/tmp', timeoutMs: 600_000 });
  const rate = rateOf(stdout);
  if (rate === undefined) throw new Error(`fio ${options.join(' ')} says ${stdout}${stderr}`);
  return rate;
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
