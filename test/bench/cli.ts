/**
 * `npm run bench`: what every verb costs, as a whole process, side by side with bare Node, a python3 and a bash script that
 * do the same attach, and qemu-img. In a lab of its own, which it removes. A time never makes it fail.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { projectDirectory } from '../lab/layout.ts';
import { allCases, baseline, type Case } from './cases.ts';
import { goals } from './goals.ts';
import { makeSite, type Site } from './site.ts';
import { type Run, summarize, tableOf } from './statistics.ts';

const output = path.join(projectDirectory, 'build/out/bench.json');
const usage = `usage: npm run bench [-- OPTION...]

  --runs N      how often each case is measured: 40 unless told; the slowest a tenth of that
  --only TEXT   only the cases whose name holds TEXT, and bare Node; several with commas between
  --list        the names of all cases
  --help        this text

"to do" is a verb that has its work before it, with the volume mounted; all others find it done.
Prints a table and writes ${path.relative(projectDirectory, output)}.
`;

function parseOptions() {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '40' },
      only: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (!/^[1-9][0-9]{0,4}$/.test(values.runs)) throw new Error(`--runs must be a number, not ${values.runs}`);
  return { ...values, runs: Number(values.runs), only: values.only?.split(',') };
}

function parseOptionsOrExit() {
  try {
    return parseOptions();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(2);
  }
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

const options = parseOptionsOrExit();
const nowhere = { provider: '', node: '', bench: '', volume: '', server: '' };
if (options.help) console.log(usage);
else if (options.list) for (const { name } of allCases(nowhere)) console.log(name);
else {
  const site = await makeSite(path.join(projectDirectory, 'build/out/ganeti-extstorage-gluster'), console.log);
  try {
    const cases = chosen(allCases(site.places), options.only);
    const results = summarize(await measure(site, cases, options.runs), baseline);
    mkdirSync(path.dirname(output), { recursive: true });
    writeFileSync(output, `${JSON.stringify({ node: process.version, results }, undefined, 2)}\n`);
    console.log(`\n${tableOf(results)}\n\n${goals(results).join('\n')}`);
  } finally {
    await site.close();
  }
}
