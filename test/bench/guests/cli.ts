import { type CommandLine, type Given, numberOf, runCommandLine } from '../../../build/command-line.ts';
import { useLab } from '../../e2e/support/lab.ts';
import { labOfCheckout } from '../../lab/checkout.ts';
import { installProvider } from '../../lab/install.ts';
import { inOwnLab, up } from '../../lab/lab.ts';
import { defaultSuite, suiteNamed, suiteNames } from '../../lab/suites.ts';
import { linedUp, spreadOf } from '../statistics.ts';
import { measureClosing, openSeconds } from './closing.ts';
import { measureOperations, operations } from './operations.ts';

const labName = labOfCheckout('bench-guests');
const accesses = ['kernelspace', 'userspace'] as const;
const options = {
  rounds: { value: 'N', meaning: 'how often everything is measured: 5 unless told' },
  suite: { value: 'NAME', meaning: `${suiteNames.join(' or ')}: ${defaultSuite} unless told` },
} as const;

const line: CommandLine<typeof options> = {
  program: 'bench',
  usage: 'npm run bench -- guests [OPTION...]',
  help: 'npm run bench -- guests --help',
  options,
  about: `How long it takes to end a QEMU: how long one that opened an image by libgfapi takes to close it, after it was open for
some seconds; then, on a Ganeti cluster of three nodes, the commands that wait for it, with a guest whose disk is a block
device of the node and with one that uses libgfapi. In a lab of its own, which it removes.`,
};

/** Measures it, and prints two tables of seconds. */
export async function benchGuests(argv: readonly string[]): Promise<void> {
  await runCommandLine(line, measureGuests, argv);
}

async function measureGuests(given: Given<typeof options>): Promise<number> {
  const rounds = numberOf('--rounds', given.rounds ?? '5');
  const suite = suiteNamed(given.suite ?? defaultSuite);
  useLab(labName);
  await inOwnLab(labName, async () => {
    await installProvider(await up({ name: labName, nodes: 3, ganeti: true, suite, progress: console.log }));
    const closing = await measureClosing(rounds);
    const taken: ReadonlyMap<string, readonly number[]>[] = [];
    for (const access of accesses) taken.push(await measureOperations(access, rounds));
    console.log(`\nseconds that QEMU takes to close an image, ${suite}: median (shortest to longest of ${rounds})\n`);
    const seconds = openSeconds.map((open) => [`open for ${open} s`, textOf(closing.get(open))]);
    console.log(linedUp([['', 'libgfapi'], ...seconds]));
    console.log('\nseconds that Ganeti takes\n');
    const rows = operations.map(({ name }) => [name, ...taken.map((of) => textOf(of.get(name)))]);
    console.log(linedUp([['', ...accesses], ...rows]));
  });
  return 0;
}

function textOf(seconds: readonly number[] = []): string {
  const { minimum, median, maximum } = spreadOf(seconds);
  return `${median.toFixed(1)} (${minimum.toFixed(1)} to ${maximum.toFixed(1)})`;
}
