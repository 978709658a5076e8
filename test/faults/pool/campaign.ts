/**
 * A brick moves while a client writes numbered records, and a glusterd hangs in the worst moment. With the plain
 * commands of Gluster the daemons copy while the client still writes to the old bricks only, and what it writes is
 * lost. What was acknowledged is read from the bricks themselves.
 */
import { bricksOf } from '../../e2e/support/bricks.ts';
import { look, run } from '../../e2e/support/commands.ts';
import { useLab } from '../../e2e/support/lab.ts';
import { addBrick } from '../../lab/bricks.ts';
import { labOfCheckout } from '../../lab/checkout.ts';
import { createVolume } from '../../lab/gluster.ts';
import { installProvider } from '../../lab/install.ts';
import { down, type Lab, up } from '../../lab/lab.ts';
import type { Outcome } from '../verbs/campaign.ts';
import { playRound, type Round, volume, type Way } from './round.ts';
import { killedMove, ourMove, plainCommands, withoutGlusterd } from './ways.ts';
import type { Medium } from './writer.ts';

const labName = labOfCheckout('faults-pool');
const brickMebibytes = 1000;

interface PoolScenario {
  readonly name: string;
  readonly medium: Medium;
  readonly way: Way;
  /** The glusterd of the client's node hangs in the worst moment. */
  readonly hangs: boolean;
  /** It shows what is lost, and may lose it. */
  readonly isControl?: true;
}

export const poolScenarios: readonly PoolScenario[] = [
  { name: 'pool: a brick moves under a file', medium: 'file', way: ourMove, hangs: true },
  { name: 'pool: a brick moves under a loop device', medium: 'loop device', way: ourMove, hangs: true },
  { name: 'pool: the move is killed and finished', medium: 'file', way: killedMove, hangs: false },
  { name: 'pool: the glusterd of the new brick dies', medium: 'file', way: withoutGlusterd, hangs: false },
  { name: 'pool: control, the plain commands', medium: 'file', way: plainCommands, hangs: true, isControl: true },
];

/** Moves a brick `rounds` times for each scenario, on a cluster of three nodes in a lab of its own. */
export async function runPool(chosen: readonly PoolScenario[], rounds: number): Promise<readonly Outcome[]> {
  if (chosen.length === 0) return [];
  await down(labName);
  useLab(labName);
  try {
    const lab = await up({ name: labName, nodes: 3, ganeti: true, progress: console.log });
    await installProvider(lab);
    await makeVolume(lab);
    const outcomes: Outcome[] = [];
    for (const scenario of chosen) outcomes.push(await outcomeOf(scenario, lab, rounds));
    return outcomes;
  } finally {
    await down(labName);
  }
}

async function outcomeOf(scenario: PoolScenario, lab: Lab, rounds: number): Promise<Outcome> {
  const { name, isControl } = scenario;
  const failures: string[] = [];
  for (let count = 1; count <= rounds; count += 1) {
    const lost = await playRound(await nextRound(lab), scenario);
    console.log(`${name}: ${count} of ${rounds}: ${lost.join(' and ')} records lost`);
    if (isControl !== true && lost.some((records) => records > 0)) failures.push(`${name}: round ${count} lost some`);
    for (const node of lab.nodes) await look(node, `rm -rf /bricks/${volume}/*.removed-*`);
  }
  return { name, points: rounds, killed: 0, failures };
}

/** The node without a brick gets that of one of the others. */
async function nextRound({ nodes, master }: Lab): Promise<Round> {
  const names = (await bricksOf(master, volume)).map((brick) => brick.split(':')[0]);
  const [source, mate] = names.map((name) => nodes.find(({ fqdn }) => fqdn === name));
  const target = nodes.find(({ fqdn }) => !names.includes(fqdn));
  if (source === undefined || mate === undefined || target === undefined) throw new Error(`bricks: ${names.join()}`);
  return { source, mate, target };
}

async function makeVolume({ nodes, master }: Lab): Promise<void> {
  await createVolume({ name: volume, nodes: nodes.slice(0, 2), brickMebibytes });
  for (const node of nodes.slice(2)) await addBrick(node, volume, brickMebibytes);
  const configuration = `default_pool = "default"\n\n[pool.default]\nvolumes = ["${volume}"]\n`;
  await master.exec(['tee', '/etc/ganeti/gluster.toml'], { input: configuration });
  await run('gnt-cluster copyfile /etc/ganeti/gluster.toml');
}
