import { parseArgs } from 'node:util';
import { inOwnLab } from '../../lab/lab.ts';
import { built, orUsage } from '../arguments.ts';
import { loop } from '../data/cases.ts';
import { measure } from '../data/measure.ts';
import { namesOf, planOf, planOptions } from '../data/options.ts';
import { summarize, tableOf } from '../data/results.ts';
import { ways } from './cases.ts';
import { labName, makeSite } from './site.ts';

const usage = `usage: npm run bench -- nbd [OPTION...]

  --rounds N    how often everything is measured: 5 unless told
  --runtime N   for how many seconds each time: 2 unless told, after one that does not count
  --only TEXT   only the workloads and ways whose names hold TEXT, and loop; several with commas between
  --json        the results as JSON on standard output
  --list        the names of all workloads and ways
  --help        this text

What a block device by the kernel's NBD would give, beside the one that attach makes. Measures as "bench -- data" does, in
a lab of its own, but on an emulated machine with Debian's cloud kernel, which has a module for NBD:

  loop       the block device that attach made
  /dev/nbd0  the kernel's NBD, connected to a qemu-nbd that has the image by libgfapi, with
             requests of up to 1280 KiB, as loop has them, instead of 128 KiB
  FUSE file  the image's file on the mount of the machine
  qemu-nbd   fio on a socket of qemu-nbd: the same without the kernel
  gfapi      fio's own engine for libgfapi

All bypass the page cache. The machine is several times slower than a real one: what counts are the ratios, of which
medians are printed, of each round's ratios to loop.
`;

function parseOptions(argv: readonly string[]) {
  const { values } = parseArgs({ args: [...argv], options: planOptions });
  return { ...values, plan: planOf(values, ways, loop) };
}

/** Measures what `argv` asks for, and prints a table of it. */
export async function benchNbd(argv: readonly string[]): Promise<void> {
  const options = orUsage(usage, () => parseOptions(argv));
  if (options.help) return console.log(usage);
  if (options.list) return console.log(namesOf(ways).join('\n'));
  const progress = options.json ? console.error : console.log;
  await inOwnLab(labName, async () => {
    const site = await makeSite(built, progress);
    const results = summarize(await measure(site.machine, site.places, options.plan, progress), loop);
    const kernel = (await site.machine.exec(['uname', '-r'])).stdout.trim();
    if (options.json) return console.log(JSON.stringify({ kernel, results }, undefined, 2));
    console.log(`\nLinux ${kernel}, emulated\n\n${tableOf(results, loop)}`);
  });
}
