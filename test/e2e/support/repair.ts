import { look, run } from './commands.ts';
import { healed, volumes } from './heal.ts';
import { images } from './images.ts';
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
  for (const volume of all) await healed(volume);
  // That of a node that could not give it back would keep the image from being removed.
  for (const { name, leases } of await images()) if (leases.length > 0) await run(`gnt-gluster lease break ${name}`);
  await resetCluster();
}
