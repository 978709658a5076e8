import { mkdirSync, writeFileSync } from 'node:fs';
import { useLab } from '../../e2e/support/lab.ts';
import { labOfCheckout } from '../../lab/checkout.ts';
import { installProvider } from '../../lab/install.ts';
import { down, up } from '../../lab/lab.ts';
import { projectDirectory } from '../../lab/layout.ts';
import type { Outcome } from '../verbs/campaign.ts';
import { play } from './play.ts';
import type { ClusterScenario } from './stage.ts';

const labName = labOfCheckout('cluster');
const transcripts = `${projectDirectory}/build/out/faults`;

/** For working on the scenarios: the lab stays up, and is used again. */
const keep = process.env.KEEP_LAB === 'yes';

/**
 * Plays scenarios one after the other on a Ganeti cluster of three nodes, in a lab of its own. What was typed and
 * printed is in build/out/faults/, a file a scenario.
 */
export async function runCluster(chosen: readonly ClusterScenario[]): Promise<readonly Outcome[]> {
  if (chosen.length === 0) return [];
  // What an interrupted run left.
  if (!keep) await down(labName);
  useLab(labName);
  mkdirSync(transcripts, { recursive: true });
  try {
    await installProvider(await up({ name: labName, nodes: 3, ganeti: true, progress: console.log }));
    const outcomes: Outcome[] = [];
    for (const scenario of chosen) outcomes.push(await outcomeOf(scenario));
    return outcomes;
  } finally {
    if (!keep) await down(labName);
  }
}

async function outcomeOf(scenario: ClusterScenario): Promise<Outcome> {
  const { name } = scenario;
  const file = `${transcripts}/${name.replace(/[^A-Za-z]+/g, '-')}.txt`;
  let transcript = '';
  const failures: string[] = [];
  try {
    await play(scenario, (text) => {
      transcript += text;
      writeFileSync(file, transcript);
    });
  } catch (error) {
    failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    console.log(failures.join('\n'));
  }
  return { name, points: 1, killed: 1, failures };
}
