import { poll } from '../../lab/process.ts';
import { look } from './commands.ts';
import { lab } from './lab.ts';

/** Waits until every brick of a volume answers and none has an entry to be healed. */
export async function healed(volume: string): Promise<void> {
  await poll(`no entry of ${volume} waits to be healed`, 5 * 60_000, async () => {
    const lines = await look(lab().master, `gluster volume heal ${volume} info summary`);
    const counts = lines.filter((line) => line.startsWith('Total Number of entries: '));
    // A brick that does not answer has a - there.
    return counts.length === lab().nodes.length && counts.every((line) => line.endsWith(': 0')) ? true : undefined;
  });
}
