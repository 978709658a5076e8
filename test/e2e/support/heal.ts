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
    const lines = await look(lab().master, script);
    const counts = lines.filter((line) => line.startsWith('Total Number of entries: '));
    // A brick that does not answer has a - there.
    return counts.length === lab().nodes.length && counts.every((line) => line.endsWith(': 0')) ? true : undefined;
  });
}
