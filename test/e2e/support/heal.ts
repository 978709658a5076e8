import { Failure } from '#src/errors.ts';
import { waitFor } from '#src/wait.ts';
import { poll } from '../../lab/process.ts';
import { look, run } from './commands.ts';
import { lab } from './lab.ts';

/**
 * Waits until every brick of a volume answers and none has an entry to be healed. By itself Gluster looks for what to
 * heal every ten minutes. Where it heals nothing while somebody writes, takes the way out of docs/failures.md: see
 * heal.test.ts.
 */
export async function healed(volume: string, timeLimit = 30_000): Promise<void> {
  if (await healsWithin(volume, timeLimit)) return;
  await run(`gluster volume set ${volume} cluster.post-op-delay-secs 0`);
  try {
    if (!(await healsWithin(volume, 5 * 60_000)))
      throw new Failure('failed', `${volume} has entries that wait to be healed`);
  } finally {
    await run(`gluster volume reset ${volume} cluster.post-op-delay-secs`);
  }
}

/** Whether all is healed in time. Asks for it again and again: what has just met the others may not have been ready. */
export async function healsWithin(volume: string, timeLimit: number): Promise<boolean> {
  const script = `gluster volume heal ${volume} >/dev/null || true; gluster volume heal ${volume} info summary`;
  const heals = async (): Promise<boolean> => isHealed((await look(lab().master, script)).join('\n'));
  return await waitFor(heals, (healed) => healed, timeLimit);
}

/**
 * Whether `gluster volume heal VOLUME info summary` shows that nothing waits; a brick that does not answer has a -
 * there.
 */
export function isHealed(summary: string): boolean {
  const counts = summary.split('\n').filter((line) => line.startsWith('Total Number of entries: '));
  return counts.length === lab().nodes.length && counts.every((line) => line.trim().endsWith(': 0'));
}

/** The volumes there are. */
export async function volumes(): Promise<readonly string[]> {
  return await look(lab().master, 'gluster volume list');
}

/**
 * Stops and deletes a volume. With GlusterFS 10.3 the self-heal daemon of a node can die of signal 11 when one of its
 * volumes is stopped (glusterfs_process_svc_detach of graph.c), and its glusterd does not start it again: it is started
 * for all others.
 */
export async function deleteVolume(name: string): Promise<void> {
  await run(`gluster --mode=script volume stop ${name} force`);
  await run(`gluster --mode=script volume delete ${name}`);
  for (const volume of await volumes())
    await poll(`every self-heal daemon runs for ${volume}`, 60_000, async () => {
      const daemons = await look(lab().master, `gluster volume status ${volume} shd | grep '^Self-heal'`);
      if (daemons.every((line) => / Y +[0-9]+ *$/.test(line))) return true;
      await run(`gluster volume start ${volume} force`);
      return undefined;
    });
}
