/**
 * `npm run test:faults`, on real Gluster in a lab of its own: kills every verb at every step it takes and calls it
 * again, then calls the verbs with whatever an environment can hold; tries generated sequences on several nodes against
 * a model of them; checks the rules of sanity by both callers; on a Ganeti cluster with a guest that writes, makes what
 * is below it fail; and moves bricks under a client that writes. Prints how many points were tried and survived, and
 * writes that as JSON. Exit status 1 when one was not survived.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type CommandLine, type Given, numberOf, runCommandLine, valuesIn } from '../../build/command-line.ts';
import { labOfCheckout } from '../lab/checkout.ts';
import { inOwnLab, up, volumeName } from '../lab/lab.ts';
import { projectDirectory } from '../lab/layout.ts';
import type { LabNode } from '../lab/node.ts';
import { built, installProvider } from '../lab/provider.ts';
import { runModel } from '../model/run.ts';
import { runCluster } from './cluster/campaign.ts';
import { clusterScenarios } from './cluster/scenarios.ts';
import { readHostile, runHostile } from './hostile/campaign.ts';
import { poolScenarios, runPool } from './pool/campaign.ts';
import { growthScenario, runGrowth } from './pool/growth.ts';
import { runSecondCopy, secondCopyScenario } from './pool/second-copy.ts';
import { checkRules } from './rules.ts';
import { makeAnchor, type Outcome, runScenario } from './verbs/campaign.ts';
import { type Scenario, scenarios } from './verbs/scenarios.ts';
import { ownMount } from './verbs/state.ts';

const labName = labOfCheckout('faults');
const hostile = 'hostile calls';
const generated = 'generated configurations';
const model = 'model, generated sequences';
const rules = 'rules of sanity, by both callers';
const output = path.join(projectDirectory, 'build/out/faults.json');
const options = {
  only: { value: 'TEXT', meaning: 'only the scenarios whose name begins with TEXT; several with commas between' },
  calls: {
    value: 'N',
    meaning:
      'how many hostile calls and generated configurations: 100000 unless told; how many sequences: 2000; moves of a brick: 10',
  },
  seed: { value: 'N', meaning: 'what they are made of: another number, other calls' },
  path: {
    value: 'TEXT',
    meaning: 'only the one sequence that failed, with the seed and the path that were printed then',
  },
  list: { meaning: 'the names of all scenarios' },
} as const;

const line: CommandLine<typeof options> = {
  program: 'test:faults',
  usage: 'npm run test:faults [-- OPTION...]',
  help: 'npm run test:faults -- --help',
  options,
  about: `Prints a table and writes ${path.relative(projectDirectory, output)}.`,
};

/** How much is generated, and of what. */
interface Generated {
  readonly calls: number;
  readonly sequences: number;
  /** How often a brick moves in each scenario of a pool. */
  readonly rounds: number;
  readonly seed: number;
  /** That of the one sequence to try again. */
  readonly again: string | undefined;
}

function generatedOf({ calls, seed, path: again }: Given<typeof options>): Generated {
  const most = 999_999_999;
  const count = calls === undefined ? undefined : numberOf('--calls', calls, most);
  return {
    calls: count ?? 100_000,
    sequences: count ?? 2000,
    rounds: count ?? 10,
    seed: numberOf('--seed', seed ?? '1', most),
    again,
  };
}

/** Does something on a node of its own, which has the provider and a mount for the tests. */
async function onNode<Result>(action: (node: LabNode) => Promise<Result>): Promise<Result> {
  return await inOwnLab(labName, async () => {
    const { master: node } = await up({ name: labName, nodes: 1, ganeti: false, progress: console.log });
    installProvider(node, built);
    const fresh = 'attribute-timeout=0,entry-timeout=0,negative-timeout=0,xlator-option=*md-cache.md-cache-timeout=0';
    await node.exec(['mkdir', '-p', ownMount]);
    await node.exec(['mount', '-t', 'glusterfs', '-o', fresh, `${node.fqdn}:/${volumeName}`, ownMount]);
    return await action(node);
  });
}

async function killVerbs(node: LabNode, chosen: readonly Scenario[]): Promise<readonly Outcome[]> {
  await makeAnchor(node);
  const outcomes: Outcome[] = [];
  for (const scenario of chosen) {
    const outcome = await runScenario(node, scenario, (done, of) => show(`${scenario.name}: ${done} of ${of}`));
    show('');
    console.log(rowOf(outcome).trim());
    for (const failure of outcome.failures) console.log(failure);
    outcomes.push(outcome);
  }
  return outcomes;
}

async function callHostile(node: LabNode, { calls, seed }: Generated): Promise<Outcome> {
  const { statuses, problems } = await runHostile(node, calls, seed, (done, of) => show(`hostile: ${done} of ${of}`));
  show('');
  const seen = Object.entries(statuses).map(([status, count]) => `${status}: ${count}`);
  console.log(`hostile calls by exit status: ${seen.join(', ')}`);
  for (const problem of problems) console.log(problem);
  return { name: hostile, points: calls, killed: 0, failures: problems };
}

async function readGenerated({ calls }: Generated): Promise<Outcome> {
  const problems = await readHostile(calls);
  for (const problem of problems) console.log(problem);
  return { name: generated, points: calls, killed: 0, failures: problems };
}

async function trySequences(node: LabNode, { sequences, seed, again }: Generated): Promise<Outcome> {
  const progress = (done: number): void => {
    show(`model: ${done} of ${sequences}`);
    if (done % 100 === 0) console.log(`${process.stdout.isTTY ? '\n' : ''}model: ${done} of ${sequences} sequences`);
  };
  const lanes = again === undefined ? 2 : 1;
  const tried = await runModel(node, {
    sequences,
    seed,
    path: again,
    lanes,
    nodes: 3,
    progress,
    onFailure: console.log,
  });
  show('');
  console.log(`model: ${tried.sequences} sequences of ${tried.steps} steps in all, seed ${seed}`);
  for (const failure of tried.failures) console.log(failure);
  return { name: model, points: tried.sequences + tried.failures.length, killed: 0, failures: tried.failures };
}

/** Progress, on a terminal only. */
function show(text: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${text}`);
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

async function runFaults(given: Given<typeof options>): Promise<number> {
  const amount = generatedOf(given);
  const wanted = (name: string): boolean => valuesIn(given.only)?.some((text) => name.startsWith(text)) ?? true;
  const chosen = scenarios.filter(({ name }) => wanted(name));
  const onCluster = clusterScenarios.filter(({ name }) => wanted(name));
  const onPool = poolScenarios.filter(({ name }) => wanted(name));
  if (given.list) {
    const names = [...chosen, ...onCluster, ...onPool, secondCopyScenario, growthScenario].map(({ name }) => name);
    for (const name of [...names, hostile, generated, model, rules]) console.log(name);
    return 0;
  }
  const alone = async (node: LabNode): Promise<readonly Outcome[]> => [
    ...(await killVerbs(node, chosen)),
    ...(wanted(hostile) ? [await callHostile(node, amount)] : []),
    ...(wanted(generated) ? [await readGenerated(amount)] : []),
    ...(wanted(model) ? [await trySequences(node, amount)] : []),
    ...(wanted(rules) ? [await checkRules(node, rules)] : []),
  ];
  const needsNode = chosen.length > 0 || [hostile, generated, model, rules].some(wanted);
  const outcomes = [
    ...(needsNode ? await onNode(alone) : []),
    ...(await runCluster(onCluster)),
    ...(await runPool(onPool, amount.rounds)),
    ...(wanted(secondCopyScenario.name) ? [await runSecondCopy(amount.rounds)] : []),
    ...(wanted(growthScenario.name) ? [await runGrowth(amount.rounds)] : []),
  ];
  mkdirSync(path.dirname(output), { recursive: true });
  writeFileSync(output, `${JSON.stringify(outcomes, undefined, 2)}\n`);
  console.log(`\n${tableOf(outcomes)}`);
  return outcomes.some(({ failures }) => failures.length > 0) ? 1 : 0;
}

await runCommandLine(line, runFaults);
