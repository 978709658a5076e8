import { cpus } from 'node:os';
import { type CommandLine, type Given, runCommandLine } from '../../../build/command-line.ts';
import { inOwnLab } from '../../lab/lab.ts';
import { built } from '../../lab/provider.ts';
import { defaultSuite, type Suite, suiteNamed, suiteNames } from '../../lab/suites.ts';
import { gfapi, ways } from './cases.ts';
import { measure, type Plan } from './measure.ts';
import { namesOf, planOf, planOptions } from './options.ts';
import { goals, summarize, tableOf } from './results.ts';
import { labName, makeSite } from './site.ts';

const options = {
  ...planOptions(gfapi),
  suite: { value: 'NAME', meaning: `${suiteNames.join(' or ')}: ${defaultSuite} unless told` },
} as const;

const line: CommandLine<typeof options> = {
  program: 'bench',
  usage: 'npm run bench -- data [OPTION...]',
  help: 'npm run bench -- data --help',
  options,
  about: `Measures with fio and qemu-img bench, on a volume with three copies, in a lab of its own:

  gfapi      fio's own engine for libgfapi
  QEMU       QEMU's gluster driver, as a guest with userspace access has it; measured by qemu-img bench
  qemu-nbd   the same driver, behind a socket of qemu-nbd: the most that a block device by NBD could be
  FUSE file  the image's file on the mount of the node
  loop       the block device that attach made

All bypass the page cache. Prints the medians of all rounds, and those of each round's ratios to gfapi.`,
};

/** Measures what `argv` asks for, prints a table of it and what the goals came to. */
export async function benchData(argv: readonly string[]): Promise<void> {
  await runCommandLine(line, measureData, argv);
}

async function measureData(given: Given<typeof options>): Promise<number> {
  const [plan, suite] = [planOf(given, ways, gfapi), suiteNamed(given.suite ?? defaultSuite)];
  if (given.list) console.log(namesOf(ways).join('\n'));
  else await measureInLab(given, plan, suite);
  return 0;
}

async function measureInLab({ json }: { readonly json: boolean }, plan: Plan, suite: Suite): Promise<void> {
  const progress = json ? console.error : console.log;
  await inOwnLab(labName, async () => {
    const site = await makeSite({ built, suite }, progress);
    const results = summarize(await measure(site.lab.master, site.places, plan, progress));
    const { stdout: kernel } = await site.lab.master.exec(['uname', '-r']);
    const machine = { cores: cpus().length, kernel: kernel.trim(), suite };
    if (json) return console.log(JSON.stringify({ ...machine, results }, undefined, 2));
    console.log(`\nLinux ${machine.kernel}, ${machine.cores} cores, ${machine.suite}\n`);
    console.log(`${tableOf(results)}\n\n${goals(results).join('\n')}`);
  });
}
