/**
 * A node joins a pool of three while a client writes numbered records, and leaves it again. Each of the two commands is
 * killed at any moment, in every other round a glusterd with it. Then they are called again, as an administrator would,
 * until they say that all is done. What was acknowledged is read from the bricks themselves.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { bricksOf } from '../../e2e/support/bricks.ts';
import { look, run } from '../../e2e/support/commands.ts';
import { useLab } from '../../e2e/support/lab.ts';
import { timed } from '../../e2e/support/progress.ts';
import { addSlot } from '../../lab/bricks.ts';
import { labOfCheckout } from '../../lab/checkout.ts';
import { installProvider } from '../../lab/install.ts';
import { inOwnLab, type Lab, up } from '../../lab/lab.ts';
import type { LabNode } from '../../lab/node.ts';
import { poll } from '../../lab/process.ts';
import type { Outcome } from '../verbs/campaign.ts';
import { tries } from './ways.ts';
import { lostOn, startWriter } from './writer.ts';

const labName = labOfCheckout('faults-growth');
const slotMebibytes = 1000;
const slots = ['1', '2', '3'];
const written = 'gnt-default-001';
const timeLimit = 20 * 60_000;
/** A command is killed within this time: milliseconds. */
const longest = 120_000;
const attempts = 6;

export const growthScenario = { name: 'pool: growth is killed and finished' };

/** Has a node join and leave `rounds` times, in a lab of its own. */
export async function runGrowth(rounds: number): Promise<Outcome> {
  return await inOwnLab(labName, async () => {
    useLab(labName);
    const lab = await up({ name: labName, nodes: 4, ganeti: true, peers: false, progress: console.log });
    await installProvider(lab);
    for (const node of lab.nodes) for (const slot of slots) await addSlot(node, slot, slotMebibytes);
    await run(`gnt-gluster pool init ${lab.nodes.slice(0, 3).flatMap(slotsOf).join(' ')}`);
    const failures: string[] = [];
    for (let count = 1; count <= rounds; count += 1) {
      const found = await playRound(lab, count % 2 === 0);
      console.log(`${growthScenario.name}: ${count} of ${rounds}: ${found.join('; ') || 'nothing lost'}`);
      failures.push(...found.map((problem) => `${growthScenario.name}: round ${count}: ${problem}`));
    }
    return { name: growthScenario.name, points: rounds, killed: 2 * rounds, failures };
  });
}

async function playRound(lab: Lab, alsoGlusterd: boolean): Promise<readonly string[]> {
  const newcomer = lab.nodes.at(-1);
  if (newcomer === undefined) throw new Error('there are no nodes');
  const writer = await startWriter(lab.master, written);
  const failures: string[] = [];
  try {
    await killAndFinish(lab, `gnt-gluster pool join ${slotsOf(newcomer).join(' ')}`, alsoGlusterd);
    failures.push(...(await stateOf(lab, 4)));
    const [made = ''] = (await volumesOf(lab)).filter(
      (name) => !['001', '002', '003'].some((end) => name.endsWith(end)),
    );
    await run(`gluster --mode=script volume stop ${made} force`);
    await run(`gluster --mode=script volume delete ${made}`);
    await killAndFinish(lab, `gnt-gluster pool remove ${newcomer.fqdn}`, alsoGlusterd);
    failures.push(...(await stateOf(lab, 3)));
  } finally {
    const acknowledged = await writer.stop();
    for (const brick of await bricksOf(lab.master, written)) {
      const [host = '', path = ''] = brick.split(':');
      const node = lab.nodes.find(({ address }) => address === host) ?? lab.master;
      const lost = await lostOn(node, path, acknowledged);
      if (lost > 0) failures.push(`${lost} records are not on ${brick}`);
    }
  }
  // What volumes left that are gone, so that the next round finds the slots as this one did.
  const left = "ls -d /srv/gluster/?/* | grep -v '/gnt-default-00[123]$' | grep -v '/gnt-default-00[123]-[0-9]*$'";
  for (const node of lab.nodes) await look(node, `${left} | xargs -r rm -rf; rm -rf /srv/gluster/*/*.removed-*`);
  await look(newcomer, 'rm -rf /srv/gluster/?/*');
  return failures;
}

/** Kills a command at any moment, and calls it again until it is done. */
async function killAndFinish(lab: Lab, command: string, alsoGlusterd: boolean): Promise<void> {
  const { master } = lab;
  const running = master.exec(['sh', '-c', `echo $$ >/run/pool.pid; exec ${command}`], { timeLimit, reject: false });
  const after = Math.floor(Math.random() * longest);
  await timed(`${command} is killed after ${after / 1000} s`, () => Promise.race([sleep(after), running]));
  await look(master, 'kill -KILL $(cat /run/pool.pid) 2>/dev/null || true');
  const victim = lab.nodes[Math.floor(Math.random() * lab.nodes.length)];
  if (alsoGlusterd && victim !== undefined) {
    await look(victim, 'pkill -KILL -x glusterd; while pgrep -x glusterd; do sleep 0.1; done; glusterd');
    await poll('its peers are there', 60_000, async () =>
      (await look(victim, 'gluster pool list')).some((line) => line.includes('Disconnected')) ? undefined : true,
    );
  }
  await running;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    await tries('gnt-gluster pool reconcile', master, timeLimit);
    if (await tries(command, master, timeLimit)) return;
  }
  throw new Error(`${command} does not end well`);
}

/** What is wrong with the volumes of the pool, of which there are so many. */
async function stateOf({ master }: Lab, count: number): Promise<readonly string[]> {
  const said = await run('gnt-gluster pool status --no-headers -o volume,state,online', master);
  const lines = said.trim().split('\n');
  const bad = lines.filter((line) => !/ ok +3\/3\s*$/.test(line));
  await run('gnt-gluster pool verify', master);
  return [...bad, ...(lines.length === count ? [] : [`${lines.length} volumes, and not ${count}`])];
}

async function volumesOf({ master }: Lab): Promise<readonly string[]> {
  return await look(master, 'gluster volume list');
}

function slotsOf({ fqdn }: LabNode): readonly string[] {
  return slots.map((slot) => `${fqdn}:/srv/gluster/${slot}`);
}
