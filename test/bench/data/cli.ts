import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { inOwnLab } from '../../lab/lab.ts';
import { defaultSuite, suiteNamed, suiteNames } from '../../lab/suites.ts';
import { built, orUsage } from '../arguments.ts';
import { gfapi, ways } from './cases.ts';
import { measure } from './measure.ts';
import { namesOf, planOf, planOptions } from './options.ts';
import { goals, summarize, tableOf } from './results.ts';
import { labName, makeSite } from './site.ts';

const usage = `usage: npm run bench -- data [OPTION...]

  --rounds N    how often everything is measured: 5 unless told
  --runtime N   for how many seconds each time: 2 unless told, after one that does not count
  --only TEXT   only the workloads and ways whose names hold TEXT, and gfapi; several with commas between
  --suite NAME  ${suiteNames.join(' or ')}: ${defaultSuite} unless told
  --json        the results as JSON on standard output
  --list        the names of all workloads and ways
  --help        this text

Measures with fio and qemu-img bench, on a volume with three copies, in a lab of its own:

  gfapi      fio's own engine for libgfapi
  QEMU       QEMU's gluster driver, as a guest with userspace access has it; measured by qemu-img bench
  qemu-nbd   the same driver, behind a socket of qemu-nbd: the most that a block device by NBD could be
  FUSE file  the image's file on the mount of the node
  loop       the block device that attach made

All bypass the page cache. Prints the medians of all rounds, and those of each round's ratios to gfapi.
`;

function parseOptions(argv: readonly string[]) {
  const options = { ...planOptions, suite: { type: 'string', default: defaultSuite } } as const;
  const { values } = parseArgs({ args: [...argv], options });
  return { ...values, suite: suiteNamed(values.suite), plan: planOf(values, ways, gfapi) };
}

/** Measures what `argv` asks for, prints a table of it and what the goals came to. */
export async function benchData(argv: readonly string[]): Promise<void> {
  const options = orUsage(usage, () => parseOptions(argv));
  if (options.help) return console.log(usage);
  if (options.list) return console.log(namesOf(ways).join('\n'));
  const progress = options.json ? console.error : console.log;
  await inOwnLab(labName, async () => {
    const site = await makeSite({ built, suite: options.suite }, progress);
    const results = summarize(await measure(site.lab.master, site.places, options.plan, progress));
    const { stdout: kernel } = await site.lab.master.exec(['uname', '-r']);
    const machine = { cores: cpus().length, kernel: kernel.trim(), suite: options.suite };
    if (options.json) return console.log(JSON.stringify({ ...machine, results }, undefined, 2));
    console.log(`\nLinux ${machine.kernel}, ${machine.cores} cores, ${machine.suite}\n`);
    console.log(`${tableOf(results)}\n\n${goals(results).join('\n')}`);
  });
}
