/**
 * `npm run test:matrix`: everything an administrator does with an instance, in every way that a guest can use its disk,
 * on every Debian of the lab. Prints the table that stands in docs/testing.md, and writes it as JSON. Exit status 1
 * when something did not work.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Mode, modes } from '../e2e/support/modes.ts';
import { projectDirectory } from '../lab/layout.ts';
import { suiteNamed, suiteNames, suites } from '../lab/suites.ts';
import { actions } from './actions.ts';
import { type Cell, runSuite } from './campaign.ts';

const output = path.join(projectDirectory, 'build/out/matrix.json');
const usage = `usage: npm run test:matrix [-- OPTION...]

  --suite SUITE  only ${suiteNames.join(' or ')}
  --mode TEXT    only the modes whose name begins with TEXT: ${modes.map(({ name }) => name).join('; ')}
  --help         this text

Prints a table and writes ${path.relative(projectDirectory, output)}.`;

function parseOptions() {
  const options = { suite: { type: 'string' }, mode: { type: 'string' }, help: { type: 'boolean' } } as const;
  try {
    const { suite, mode = '', help } = parseArgs({ options }).values;
    const chosen = modes.filter(({ name }) => name.startsWith(mode));
    if (chosen.length === 0) throw new Error(`no mode begins with ${mode}`);
    return { suites: suite === undefined ? suiteNames : [suiteNamed(suite)], modes: chosen, help };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(2);
  }
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

const options = parseOptions();
if (options.help) console.log(usage);
else {
  const cells: Cell[] = [];
  for (const suite of options.suites) cells.push(...(await runSuite(suite, options.modes)));
  mkdirSync(path.dirname(output), { recursive: true });
  writeFileSync(output, `${JSON.stringify(cells, undefined, 2)}\n`);
  console.log(`\n${tableOf(cells, options.modes)}`);
  if (cells.some(({ result }) => result === 'failed' || result === 'not tried')) process.exitCode = 1;
}
