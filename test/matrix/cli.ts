/**
 * `npm run test:matrix`: everything an administrator does with an instance, in every way that a guest can use its disk,
 * on every Debian of the lab. Prints the table that stands in docs/testing.md, and writes it as JSON. Exit status 1
 * when something did not work.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Failure } from '#src/errors.ts';
import { type CommandLine, type Given, runCommandLine } from '../../build/command-line.ts';
import { type Mode, modes } from '../e2e/support/modes.ts';
import { projectDirectory } from '../lab/layout.ts';
import { suiteNamed, suiteNames, suites } from '../lab/suites.ts';
import { actions } from './actions.ts';
import { type Cell, runSuite } from './campaign.ts';

const output = path.join(projectDirectory, 'build/out/matrix.json');
const options = {
  suite: { value: 'SUITE', meaning: `only ${suiteNames.join(' or ')}` },
  mode: {
    value: 'TEXT',
    meaning: `only the modes whose name begins with TEXT: ${modes.map(({ name }) => name).join('; ')}`,
  },
} as const;

const line: CommandLine<typeof options> = {
  program: 'test:matrix',
  usage: 'npm run test:matrix [-- OPTION...]',
  help: 'npm run test:matrix -- --help',
  options,
  about: `Prints a table and writes ${path.relative(projectDirectory, output)}.`,
};

async function runMatrix({ suite, mode = '' }: Given<typeof options>): Promise<number> {
  const chosen = modes.filter(({ name }) => name.startsWith(mode));
  if (chosen.length === 0) throw new Failure('usage', `no mode begins with ${mode}`);
  const cells: Cell[] = [];
  for (const one of suite === undefined ? suiteNames : [suiteNamed(suite)])
    cells.push(...(await runSuite(one, chosen)));
  mkdirSync(path.dirname(output), { recursive: true });
  writeFileSync(output, `${JSON.stringify(cells, undefined, 2)}\n`);
  console.log(`\n${tableOf(cells, chosen)}`);
  return cells.some(({ result }) => result === 'failed' || result === 'not tried') ? 1 : 0;
}

/** The table, with a column for every mode on every suite. */
function tableOf(cells: readonly Cell[], chosen: readonly Mode[]): string {
  const used = suiteNames.filter((suite) => cells.some((cell) => cell.suite === suite));
  const columns = used.flatMap((suite) => chosen.map(({ name }) => ({ suite, mode: name })));
  const heads = columns.map(({ suite, mode }) => `${suites[suite].ganeti}, ${mode}`);
  const names = [...actions.map(({ name }) => name), 'afterwards'];
  const rows = names.map((action) => {
    const found = columns.map(({ suite, mode }) =>
      cells.find((cell) => cell.suite === suite && cell.mode === mode && cell.action === action),
    );
    return found.every((cell) => cell === undefined) ? [] : [action, ...found.map(textOf)];
  });
  return [['', ...heads], ['-', ...heads.map(() => '-')], ...rows.filter((row) => row.length > 0)]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
}

function textOf(cell: Cell | undefined): string {
  if (cell === undefined) return '';
  return cell.result === 'yes' ? `yes, ${cell.seconds.toFixed(0)} s` : cell.result;
}

await runCommandLine(line, runMatrix);
