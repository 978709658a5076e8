/**
 * What every verb costs, as a whole process, side by side with bare Node, a python3 and a bash script that do the same
 * attach, and qemu-img. In a lab of its own, which it removes.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type CommandLine, type Given, numberOf, runCommandLine, valuesIn } from '../../build/command-line.ts';
import { inOwnLab } from '../lab/lab.ts';
import { projectDirectory } from '../lab/layout.ts';
import { built } from '../lab/provider.ts';
import { allCases, baseline, type Case } from './cases.ts';
import { goals } from './goals.ts';
import { labName, makeSite, runCases } from './site.ts';
import { summarize, tableOf } from './statistics.ts';

const output = path.join(projectDirectory, 'build/out/bench.json');
const options = {
  runs: { value: 'N', meaning: 'how often each case is measured: 40 unless told; the slowest a tenth of that' },
  only: {
    value: 'TEXT',
    meaning: 'only the cases whose name holds TEXT, and bare Node; several with commas between',
  },
  list: { meaning: 'the names of all cases' },
} as const;

const line: CommandLine<typeof options> = {
  program: 'bench',
  usage: `npm run bench [-- OPTION...]
npm run bench -- data [OPTION...]        how fast an image is, see its own --help
npm run bench -- nbd [OPTION...]         how fast the kernel's NBD would be, see its own --help
npm run bench -- guests [OPTION...]      how long it takes to end a guest, see its own --help
npm run bench -- operations [OPTION...]  how long Ganeti's commands take, see its own --help
npm run bench -- scale [OPTION...]       what many images and volumes cost, see its own --help`,
  help: 'npm run bench -- --help',
  options,
  about: `"to do" is a verb that has its work before it, with the volume mounted; all others find it done.
Prints a table and writes ${path.relative(projectDirectory, output)}.`,
};

function chosen(cases: readonly Case[], only: readonly string[] | undefined): readonly Case[] {
  if (only === undefined) return cases;
  return cases.filter(({ name }) => name === baseline || only.some((text) => name.includes(text)));
}

/** Measures the verbs that `argv` asks for, prints a table of them and what the goals came to. */
export async function benchVerbs(argv: readonly string[]): Promise<void> {
  await runCommandLine(line, measureVerbs, argv);
}

async function measureVerbs({ runs = '40', only, list }: Given<typeof options>): Promise<number> {
  const rounds = numberOf('--runs', runs);
  const nowhere = { provider: '', node: '', bench: '', volume: '', server: '' };
  if (list) for (const { name } of allCases(nowhere)) console.log(name);
  else await measureInLab(rounds, valuesIn(only));
  return 0;
}

async function measureInLab(rounds: number, only: readonly string[] | undefined): Promise<void> {
  await inOwnLab(labName, async () => {
    const site = await makeSite(built, console.log);
    const cases = chosen(allCases(site.places), only);
    const results = summarize(await runCases(site, cases, rounds), baseline);
    mkdirSync(path.dirname(output), { recursive: true });
    writeFileSync(output, `${JSON.stringify({ node: process.version, results }, undefined, 2)}\n`);
    console.log(`\n${tableOf(results)}\n\n${goals(results).join('\n')}`);
  });
}
