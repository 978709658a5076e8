/**
 * `npm run test:faults`: kills every verb at every step it takes, on real Gluster in a lab of its own, and calls it again.
 * Prints how many points were tried and survived, and writes them as JSON. Exit status 1 when one was not survived.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { down, up, volumeName } from '../lab/lab.ts';
import { projectDirectory } from '../lab/layout.ts';
import { installProvider } from '../lab/provider.ts';
import { makeAnchor, type Outcome, runScenario } from './verbs/campaign.ts';
import { type Scenario, scenarios } from './verbs/scenarios.ts';
import { ownMount } from './verbs/state.ts';

const labName = 'faults';
const built = path.join(projectDirectory, 'build/out/ganeti-extstorage-gluster');
const output = path.join(projectDirectory, 'build/out/faults.json');
const usage = `usage: npm run test:faults [-- OPTION...]

  --only TEXT   only the scenarios whose name begins with TEXT; several with commas between
  --list        the names of all scenarios
  --help        this text

Prints a table and writes ${path.relative(projectDirectory, output)}.`;

function parseOptions() {
  const options = { only: { type: 'string' }, list: { type: 'boolean' }, help: { type: 'boolean' } } as const;
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(2);
  }
}

async function campaign(chosen: readonly Scenario[]): Promise<readonly Outcome[]> {
  // What an interrupted run left.
  await down(labName);
  try {
    const { master: node } = await up({ name: labName, nodes: 1, ganeti: false, progress: console.log });
    installProvider(node, built);
    const fresh = 'attribute-timeout=0,entry-timeout=0,negative-timeout=0,xlator-option=*md-cache.md-cache-timeout=0';
    await node.exec(['mkdir', '-p', ownMount]);
    await node.exec(['mount', '-t', 'glusterfs', '-o', fresh, `${node.fqdn}:/${volumeName}`, ownMount]);
    await makeAnchor(node);
    const outcomes: Outcome[] = [];
    for (const scenario of chosen) {
      const outcome = await runScenario(node, scenario, (done, of) => {
        if (process.stdout.isTTY) process.stdout.write(`\r${scenario.name}: ${done} of ${of} `);
      });
      if (process.stdout.isTTY) process.stdout.write('\r\x1b[K');
      console.log(rowOf(outcome).trim());
      for (const failure of outcome.failures) console.log(failure);
      outcomes.push(outcome);
    }
    return outcomes;
  } finally {
    await down(labName);
  }
}

function tableOf(outcomes: readonly Outcome[]): string {
  const total = (field: 'points' | 'killed'): number => outcomes.reduce((sum, outcome) => sum + outcome[field], 0);
  const failures = outcomes.flatMap((outcome) => outcome.failures);
  const all: Outcome = { name: 'all', points: total('points'), killed: total('killed'), failures };
  const width = Math.max(...outcomes.map(({ name }) => name.length));
  const line = `| ${'verb'.padEnd(width)} | points | killed | survived |`;
  const rule = `| ${'-'.repeat(width)} | ------ | ------ | -------- |`;
  return [line, rule, ...[...outcomes, all].map((outcome) => rowOf(outcome, width))].join('\n');
}

function rowOf({ name, points, killed, failures }: Outcome, width = 0): string {
  const failed = new Set(failures.map((failure) => failure.split(' (', 1)[0])).size;
  const numbers = [String(points).padStart(6), String(killed).padStart(6), String(points - failed).padStart(8)];
  return `| ${name.padEnd(width)} | ${numbers.join(' | ')} |`;
}

const options = parseOptions();
const only = options.only?.split(',');
const chosen = scenarios.filter(({ name }) => only === undefined || only.some((text) => name.startsWith(text)));
if (options.help) console.log(usage);
else if (options.list) for (const { name } of chosen) console.log(name);
else {
  const outcomes = await campaign(chosen);
  mkdirSync(path.dirname(output), { recursive: true });
  writeFileSync(output, `${JSON.stringify(outcomes, undefined, 2)}\n`);
  console.log(`\n${tableOf(outcomes)}`);
  if (outcomes.some(({ failures }) => failures.length > 0)) process.exitCode = 1;
}
