import { look } from '../../e2e/support/commands.ts';
import { lab } from '../../e2e/support/lab.ts';
import { resetCluster } from '../../e2e/support/reset.ts';
import { healed, processes, volumes } from './gluster.ts';
import { reconnect } from './network.ts';

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
