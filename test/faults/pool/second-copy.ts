/**
 * A volume of one copy gets its second one while a client of a third node writes numbered records, and the glusterd of
 * that node hangs in the worst moment. Gluster copies to the new brick at once, and cannot be told not to. What was
 * acknowledged is read from both bricks.
 */
import { poolsFile } from '#gluster/configuration/known-pools.ts';
import { look, run } from '../../e2e/support/commands.ts';
import { useLab } from '../../e2e/support/lab.ts';
import { addSlot } from '../../lab/bricks.ts';
import { labOfCheckout } from '../../lab/checkout.ts';
import { installProvider } from '../../lab/install.ts';
import { inOwnLab, type Lab, up } from '../../lab/lab.ts';
import type { Outcome } from '../verbs/campaign.ts';
import { hang } from './round.ts';
import { lostOn, startWriter } from './writer.ts';

const labName = labOfCheckout('faults-second');
const slotMebibytes = 1000;
const slot = '/srv/gluster/1';
const pool = 'few';
const volume = `gnt-${pool}-001`;
const directory = `${slot}/${volume}`;

export const secondCopyScenario = { name: 'pool: a second copy under a file' };

/** Has a volume get its second copy `rounds` times, in a lab of its own. */
export async function runSecondCopy(rounds: number): Promise<Outcome> {
  return await inOwnLab(labName, async () => {
    useLab(labName);
    const lab = await up({ name: labName, nodes: 3, ganeti: true, progress: console.log });
    await installProvider(lab);
    for (const node of lab.nodes.slice(0, 2)) await addSlot(node, '1', slotMebibytes);
    const configuration = 'default_pool = "default"\n\n[pool.default]\nvolumes = ["ganeti"]\n';
    await lab.master.exec(['tee', '/etc/ganeti/gluster.toml'], { input: configuration });
    await run('gnt-cluster copyfile /etc/ganeti/gluster.toml');
    const failures: string[] = [];
    for (let count = 1; count <= rounds; count += 1) {
      const lost = await playRound(lab);
      console.log(`${secondCopyScenario.name}: ${count} of ${rounds}: ${lost.join(' and ')} records lost`);
      if (lost.some((records) => records > 0)) failures.push(`${secondCopyScenario.name}: round ${count} lost some`);
    }
    return { name: secondCopyScenario.name, points: rounds, killed: 0, failures };
  });
}

/** Returns how many acknowledged records each of the two bricks does not have in the end. */
async function playRound({ nodes }: Lab): Promise<readonly number[]> {
  const [first, second, client] = nodes;
  if (first === undefined || second === undefined || client === undefined) throw new Error('a node is missing');
  await run(`gnt-gluster pool init --pool ${pool} --copies 2 --accept-few-copies node1:${slot}`, first);
  const writer = await startWriter(client, volume);
  const hanging = hang(client, first, directory);
  let acknowledged: readonly number[] = [];
  try {
    await run(`gnt-gluster pool join --pool ${pool} node2:${slot}`, second);
  } finally {
    await hanging;
    acknowledged = await writer.stop();
  }
  const lost = await Promise.all([first, second].map((node) => lostOn(node, directory, acknowledged)));
  await run(`gluster --mode=script volume stop ${volume} force`, first);
  await run(`gluster --mode=script volume delete ${volume}`, first);
  const left = `${slot}/* ${slot}/.ganeti-gluster-slot ${poolsFile}`;
  for (const node of nodes) await look(node, `rm -rf ${left}`);
  return lost;
}
