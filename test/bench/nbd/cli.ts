import { type CommandLine, type Given, runCommandLine } from '../../../build/command-line.ts';
import { inOwnLab } from '../../lab/lab.ts';
import { built } from '../../lab/provider.ts';
import { loop } from '../data/cases.ts';
import { measure, type Plan } from '../data/measure.ts';
import { namesOf, planOf, planOptions } from '../data/options.ts';
import { summarize, tableOf } from '../data/results.ts';
import { ways } from './cases.ts';
import { labName, makeSite } from './site.ts';

const options = planOptions(loop);

const line: CommandLine<typeof options> = {
  program: 'bench',
  usage: 'npm run bench -- nbd [OPTION...]',
  help: 'npm run bench -- nbd --help',
  options,
  about: `What a block device by the kernel's NBD would give, beside the one that attach makes. Measures as "bench -- data" does, in
a lab of its own, but on an emulated machine with Debian's cloud kernel, which has a module for NBD:

  loop       the block device that attach made
  /dev/nbd0  the kernel's NBD, connected to a qemu-nbd that has the image by libgfapi, with
             requests of up to 1280 KiB, as loop has them, instead of 128 KiB
  FUSE file  the image's file on the mount of the machine
  qemu-nbd   fio on a socket of qemu-nbd: the same without the kernel
  gfapi      fio's own engine for libgfapi

All bypass the page cache. The machine is several times slower than a real one: what counts are the ratios, of which
medians are printed, of each round's ratios to loop.`,
};

/** Measures what `argv` asks for, and prints a table of it. */
export async function benchNbd(argv: readonly string[]): Promise<void> {
  await runCommandLine(line, measureNbd, argv);
}

async function measureNbd(given: Given<typeof options>): Promise<number> {
  const plan = planOf(given, ways, loop);
  if (given.list) console.log(namesOf(ways).join('\n'));
  else await measureInLab(given, plan);
  return 0;
}

async function measureInLab({ json }: { readonly json: boolean }, plan: Plan): Promise<void> {
  const progress = json ? console.error : console.log;
  await inOwnLab(labName, async () => {
    const site = await makeSite(built, progress);
    const results = summarize(await measure(site.machine, site.places, plan, progress), loop);
    const kernel = (await site.machine.exec(['uname', '-r'])).stdout.trim();
    if (json) return console.log(JSON.stringify({ kernel, results }, undefined, 2));
    console.log(`\nLinux ${kernel}, emulated\n\n${tableOf(results, loop)}`);
  });
}
