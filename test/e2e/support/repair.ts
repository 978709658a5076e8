import { look } from './commands.ts';
import { healed, volumes } from './heal.ts';
import { lab } from './lab.ts';
import { reconnect } from './network.ts';
import { processes } from './processes.ts';
import { resetCluster } from './reset.ts';

/** Brings the lab back from wherever a scenario that failed left it, so that the next one can be played. */
export async function repair(): Promise<void> {
  for (const node of lab().nodes) {
    await node.boot();
    await reconnect(node.name);
    await look(node, `pgrep -f '${processes.glusterd}' >/dev/null || glusterd`);
  }
  const all = await volumes();
  for (const volume of all) await look(lab().master, `gluster --mode=script volume start ${volume} force`);
  await resetCluster();
  for (const volume of all) await healed(volume);
}
