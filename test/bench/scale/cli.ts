import { type CommandLine, type Given, numberOf, runCommandLine, valuesIn } from '../../../build/command-line.ts';
import { labOfCheckout } from '../../lab/checkout.ts';
import { inOwnLab } from '../../lab/lab.ts';
import { defaultSuite, suiteNamed, suiteNames } from '../../lab/suites.ts';
import type { Site } from '../site.ts';
import { linedUp } from '../statistics.ts';
import { type Measured, measureVerbs, measureVerify } from './measure.ts';
import { addInstances, haveImages, havePoolOf, makeSite } from './site.ts';

const labName = labOfCheckout('bench-scale');
const options = {
  runs: { value: 'N', meaning: 'how often each case is measured: 10 unless told' },
  images: { value: 'N[,N...]', meaning: 'how many images one volume has: 1,100,1000 unless told' },
  volumes: { value: 'N[,N...]', meaning: 'how many volumes the pool has: 1,5,20 unless told' },
  instances: { value: 'N', meaning: 'how many instances gnt-cluster verify meets: 50 unless told' },
  suite: { value: 'NAME', meaning: `${suiteNames.join(' or ')}: ${defaultSuite} unless told` },
} as const;

const line: CommandLine<typeof options> = {
  program: 'bench',
  usage: 'npm run bench -- scale [OPTION...]',
  help: 'npm run bench -- scale --help',
  options,
  about: `What verbs and lists cost when a pool has many volumes, or a volume many images, and how long gnt-cluster verify takes
with many instances. On one node with a Ganeti cluster of its own, in a lab that it removes.`,
};

/** Measures it, and prints a table for each of them: milliseconds, and how many times as long as with the fewest. */
export async function benchScale(argv: readonly string[]): Promise<void> {
  await runCommandLine(line, measure, argv);
}

async function measure(given: Given<typeof options>): Promise<number> {
  const runs = numberOf('--runs', given.runs ?? '10');
  const images = numbersOf('--images', given.images ?? '1,100,1000');
  const volumes = numbersOf('--volumes', given.volumes ?? '1,5,20');
  const instances = numberOf('--instances', given.instances ?? '50');
  const suite = suiteNamed(given.suite ?? defaultSuite);
  await inOwnLab(labName, async () => {
    const site = await makeSite(labName, suite);
    const byVolumes = await inStages(site, runs, volumes, havePoolOf);
    await havePoolOf(site, 1);
    const byImages = await inStages(site, runs, images, haveImages);
    const one = await measureVerify(site, runs);
    await addInstances(site, 2, instances);
    const many = await measureVerify(site, runs);
    console.log(`\n${suite}: median milliseconds of ${runs}; x: compared with the first column\n`);
    console.log(`${tableOf('volumes', byVolumes)}\n\n${tableOf('images', byImages)}\n`);
    console.log(
      `gnt-cluster verify with one instance: ${one.toFixed(0)} ms, with ${instances} instances ${many.toFixed(0)} ms`,
    );
  });
  return 0;
}

type Stages = ReadonlyMap<number, Measured>;

/** What all cases take at each stage, once the site has come to have so many of something. */
async function inStages(
  site: Site,
  runs: number,
  counts: readonly number[],
  have: (site: Site, count: number) => Promise<void>,
): Promise<Stages> {
  const stages = new Map<number, Measured>();
  for (const count of counts) {
    await have(site, count);
    stages.set(count, await measureVerbs(site, runs));
  }
  return stages;
}

function tableOf(what: string, stages: Stages): string {
  const [first = new Map<string, number>()] = stages.values();
  const header = [
    '',
    ...[...stages.keys()].flatMap((count, index) => [`${count} ${what}`, ...(index > 0 ? ['x'] : [])]),
  ];
  const rows = [...first].map(([name, base]) => [
    name,
    ...[...stages.values()].flatMap((measured, index) => {
      const median = measured.get(name) ?? Number.NaN;
      return [median.toFixed(0), ...(index > 0 ? [(median / base).toFixed(2)] : [])];
    }),
  ]);
  return linedUp([header, ...rows]);
}

function numbersOf(option: string, text: string): readonly number[] {
  return valuesIn(text).map((part) => numberOf(option, part));
}
