/**
 * What every verb costs, as a whole process, side by side with bare Node, a python3 and a bash script that do the same
 * attach, and qemu-img. In a lab of its own, which it removes.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { inOwnLab } from '../lab/lab.ts';
import { projectDirectory } from '../lab/layout.ts';
import { built, numberOf, orUsage } from './arguments.ts';
import { allCases, baseline, type Case } from './cases.ts';
import { goals } from './goals.ts';
import { labName, makeSite, type Site } from './site.ts';
import { type Run, summarize, tableOf } from './statistics.ts';

const output = path.join(projectDirectory, 'build/out/bench.json');
const usage = `usage: npm run bench [-- OPTION...]
       npm run bench -- data [OPTION...]    how fast an image is, see its own --help
       npm run bench -- nbd [OPTION...]     how fast the kernel's NBD would be, see its own --help
       npm run bench -- guests [OPTION...]  how long it takes to end a guest, see its own --help

  --runs N      how often each case is measured: 40 unless told; the slowest a tenth of that
  --only TEXT   only the cases whose name holds TEXT, and bare Node; several with commas between
  --list        the names of all cases
  --help        this text

"to do" is a verb that has its work before it, with the volume mounted; all others find it done.
Prints a table and writes ${path.relative(projectDirectory, output)}.
`;

function parseOptions(argv: readonly string[]) {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      runs: { type: 'string', default: '40' },
      only: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return { ...values, runs: numberOf('--runs', values.runs), only: values.only?.split(',') };
}

function chosen(cases: readonly Case[], only: readonly string[] | undefined): readonly Case[] {
  if (only === undefined) return cases;
  return cases.filter(({ name }) => name === baseline || only.some((text) => name.includes(text)));
}

async function measure({ lab, places }: Site, cases: readonly Case[], rounds: number): Promise<Record<string, Run[]>> {
  const argv = ['/usr/bin/python3', `${places.bench}/measure.py`];
  const { stdout } = await lab.master.exec(argv, { input: JSON.stringify({ rounds, cases }) });
  return JSON.parse(stdout);
}

/** Measures the verbs that `argv` asks for, prints a table of them and what the goals came to. */
export async function benchVerbs(argv: readonly string[]): Promise<void> {
  const options = orUsage(usage, () => parseOptions(argv));
  const nowhere = { provider: '', node: '', bench: '', volume: '', server: '' };
  if (options.help) return console.log(usage);
  if (options.list)
    return console.log(
      allCases(nowhere)
        .map(({ name }) => name)
        .join('\n'),
    );
  await inOwnLab(labName, async () => {
    const site = await makeSite(built, console.log);
    const cases = chosen(allCases(site.places), options.only);
    const results = summarize(await measure(site, cases, options.runs), baseline);
    mkdirSync(path.dirname(output), { recursive: true });
    writeFileSync(output, `${JSON.stringify({ node: process.version, results }, undefined, 2)}\n`);
    console.log(`\n${tableOf(results)}\n\n${goals(results).join('\n')}`);
  });
}
