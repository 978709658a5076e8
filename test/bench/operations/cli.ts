import { Failure } from '#src/errors.ts';
import { type CommandLine, type Given, numberOf, runCommandLine } from '../../../build/command-line.ts';
import { useLab } from '../../e2e/support/lab.ts';
import { labOfCheckout } from '../../lab/checkout.ts';
import { installProvider } from '../../lab/install.ts';
import { inOwnLab, up } from '../../lab/lab.ts';
import { defaultSuite, suiteNamed, suiteNames } from '../../lab/suites.ts';
import { linedUp, spreadOf } from '../statistics.ts';
import { measureLife, operations, type Taken } from './measure.ts';
import { type Access, accesses, prepareVariants, useAccess, variants } from './variants.ts';

const labName = labOfCheckout('bench-operations');
const options = {
  rounds: { value: 'N', meaning: 'how often everything is measured: 5 unless told' },
  access: { value: 'WAY', meaning: `only ${accesses.join(' or ')}` },
  suite: { value: 'NAME', meaning: `${suiteNames.join(' or ')}: ${defaultSuite} unless told` },
  json: { meaning: 'print the seconds of every round as JSON, too' },
} as const;

const line: CommandLine<typeof options> = {
  program: 'bench',
  usage: 'npm run bench -- operations [OPTION...]',
  help: 'npm run bench -- operations --help',
  options,
  about: `How long Ganeti's own commands take, with an instance on Ganeti's template gluster, on this provider, and on a provider
of a few lines of shell that checks nothing: what Ganeti itself needs for any provider. All in turn on one cluster of three
nodes, in a lab of its own, which it removes.`,
};

/** Measures it, and prints a table of seconds and of ratios for each way to a disk. */
export async function benchOperations(argv: readonly string[]): Promise<void> {
  await runCommandLine(line, measure, argv);
}

/** What each variant took, round by round. */
type Rounds = ReadonlyMap<string, readonly Taken[]>;

async function measure(given: Given<typeof options>): Promise<number> {
  const rounds = numberOf('--rounds', given.rounds ?? '5');
  const suite = suiteNamed(given.suite ?? defaultSuite);
  const chosen = accesses.filter((access) => given.access === undefined || access === given.access);
  if (chosen.length === 0) throw new Failure('usage', `--access is ${accesses.join(' or ')}, not ${given.access}`);
  useLab(labName);
  await inOwnLab(labName, async () => {
    await installProvider(await up({ name: labName, nodes: 3, ganeti: true, suite, progress: console.log }));
    await prepareVariants();
    const all: [Access, Rounds][] = [];
    for (const access of chosen) all.push([access, await measureRounds(access, rounds)]);
    for (const [access, taken] of all) {
      console.log(
        `\n${access}, ${suite}: median seconds (shortest to longest of ${rounds}); x gluster: of each round\n`,
      );
      console.log(tableOf(taken));
    }
    if (given.json)
      console.log(JSON.stringify(all.map(([access, taken]) => ({ access, ...Object.fromEntries(taken) }))));
  });
  return 0;
}

/** Every round has all variants, one after the other, in another order than the one before. */
async function measureRounds(access: Access, rounds: number): Promise<Rounds> {
  await useAccess(access);
  const here = variants.filter((variant) => variant.accesses.some((possible) => possible === access));
  const taken = new Map<string, Taken[]>(here.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    const order = here.map((_, index) => here[(index + round) % here.length] ?? here[0]);
    for (const variant of order)
      if (variant !== undefined) taken.get(variant.name)?.push(await measureLife(variant, access, round));
  }
  return taken;
}

function tableOf(taken: Rounds): string {
  const native = taken.get('gluster') ?? [];
  const header = ['', ...[...taken.keys()].flatMap((name) => (name === 'gluster' ? [name] : [name, 'x gluster']))];
  const rows = operations.map((operation) => [
    operation,
    ...[...taken].flatMap(([name, list]) => {
      const seconds = textOf(
        list.map((one) => one[operation]),
        1,
      );
      const ratios = list.map((one, round) => one[operation] / (native[round]?.[operation] ?? Number.NaN));
      return name === 'gluster' ? [seconds] : [seconds, textOf(ratios, 2)];
    }),
  ]);
  return linedUp([header, ...rows]);
}

function textOf(numbers: readonly number[], digits: number): string {
  const { minimum, median, maximum } = spreadOf(numbers);
  return `${median.toFixed(digits)} (${minimum.toFixed(digits)} to ${maximum.toFixed(digits)})`;
}
