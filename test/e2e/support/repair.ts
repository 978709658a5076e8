import { poll } from '../../lab/process.ts';
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
  for (const volume of all) await startBricks(volume);
  for (const volume of all) await healed(volume);
  // That of a node that could not give it back would keep the image from being removed.
  for (const { name, leases } of await images()) if (leases.length > 0) await run(`gnt-gluster lease break ${name}`);
  await resetCluster();
}

/**
 * Starts the bricks of a volume that do not run; a glusterd that has just met the others again refuses for a moment.
 */
async function startBricks(volume: string): Promise<void> {
  const command = ['gluster', '--mode=script', 'volume', 'start', volume, 'force'];
  await poll(`the bricks of ${volume} start`, 60_000, async () => {
    const { exitCode } = await lab().master.exec(command, { timeLimit: 60_000, reject: false });
    return exitCode === 0 ? true : undefined;
  });
}
