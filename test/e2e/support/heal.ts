import { poll } from '../../lab/process.ts';
import { look } from './commands.ts';
import { lab } from './lab.ts';

/**
 * Waits until every brick of a volume answers and none has an entry to be healed. By itself Gluster looks for what to heal
 * every ten minutes.
 */
export async function healed(volume: string): Promise<void> {
  await poll(`no entry of ${volume} waits to be healed`, 5 * 60_000, async () => {
    const script = `gluster volume heal ${volume} >/dev/null || true; gluster volume heal ${volume} info summary`;
    return isHealed((await look(lab().master, script)).join('\n')) ? true : undefined;
  });
}

/** Whether `gluster volume heal VOLUME info summary` shows that nothing waits; a brick that does not answer has a - there. */
export function isHealed(summary: string): boolean {
  const counts = summary.split('\n').filter((line) => line.startsWith('Total Number of entries: '));
  return counts.length === lab().nodes.length && counts.every((line) => line.trim().endsWith(': 0'));
}

/** The volumes there are. */
export async function volumes(): Promise<readonly string[]> {
  return await look(lab().master, 'gluster volume list');
}
