import { parseArgs } from 'node:util';
import { useLab } from '../../e2e/support/lab.ts';
import { labOfCheckout } from '../../lab/checkout.ts';
import { installProvider } from '../../lab/install.ts';
import { inOwnLab, up } from '../../lab/lab.ts';
import { defaultSuite, suiteNamed, suiteNames } from '../../lab/suites.ts';
import { numberOf, orUsage } from '../arguments.ts';
import { linedUp, spreadOf } from '../statistics.ts';
import { measureClosing, openSeconds } from './closing.ts';
import { measureOperations, operations } from './operations.ts';

const labName = labOfCheckout('bench-guests');
const accesses = ['kernelspace', 'userspace'] as const;
const usage = `usage: npm run bench -- guests [OPTION...]

  --rounds N    how often everything is measured: 5 unless told
  --suite NAME  ${suiteNames.join(' or ')}: ${defaultSuite} unless told
  --help        this text

How long it takes to end a QEMU: how long one that opened an image by libgfapi takes to close it, after it was open for
some seconds; then, on a Ganeti cluster of three nodes, the commands that wait for it, with a guest whose disk is a block
device of the node and with one that uses libgfapi. In a lab of its own, which it removes.
`;

function parseOptions(argv: readonly string[]) {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rounds: { type: 'string', default: '5' },
      suite: { type: 'string', default: defaultSuite },
      help: { type: 'boolean', default: false },
    },
  });
  return { ...values, rounds: numberOf('--rounds', values.rounds), suite: suiteNamed(values.suite) };
}

/** Measures it, and prints two tables of seconds. */
export async function benchGuests(argv: readonly string[]): Promise<void> {
  const { help, rounds, suite } = orUsage(usage, () => parseOptions(argv));
  if (help) return console.log(usage);
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
}

function textOf(seconds: readonly number[] = []): string {
  const { minimum, median, maximum } = spreadOf(seconds);
  return `${median.toFixed(1)} (${minimum.toFixed(1)} to ${maximum.toFixed(1)})`;
}
