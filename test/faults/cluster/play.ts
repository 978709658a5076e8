import { run } from '../../e2e/support/commands.ts';
import { type Guest, writes } from '../../e2e/support/guests.ts';
import { healed, volumes } from '../../e2e/support/heal.ts';
import { lab } from '../../e2e/support/lab.ts';
import { leftovers } from '../../e2e/support/leftovers.ts';
import { say, timed } from '../../e2e/support/progress.ts';
import { damage, startGuest, survives, watchedGuest } from '../../e2e/support/records.ts';
import { repair } from '../../e2e/support/repair.ts';
import { resetCluster } from '../../e2e/support/reset.ts';
import { verifyCluster } from '../../lab/ganeti.ts';
import { type ClusterScenario, stageOf } from './stage.ts';

/**
 * Plays one scenario on the lab. It is survived when nothing the guest acknowledged is missing or changed, the cluster
 * works as before with nothing but the scenario's way out, and nothing is left once the instance is removed. Throws
 * when not, and brings the lab back to where it was first. `note` is told all that was typed.
 */
export async function play(scenario: ClusterScenario, note: (text: string) => void): Promise<void> {
  say(`-- ${scenario.name}`);
  // What a scenario before it left is not its fault.
  const before = await leftovers();
  const guest = watchedGuest();
  try {
    await scenario.prepare?.();
    await startGuest(guest, `${scenario.guestOn}.lab`, scenario.disk);
    const { stage, untyped } = stageOf(scenario, note);
    await scenario.run(stage, guest);
    await scenario.cleanUp?.();
    await worksAgain(guest);
    const lines = untyped();
    if (lines.length > 0) throw new Error(`never typed: ${lines.join('; ')}`);
    await run(`gnt-instance remove -f --shutdown-timeout=0 ${guest.name}`);
    const left = (await leftovers()).filter((what) => !before.includes(what));
    if (left.length > 0) throw new Error(`left over:\n${left.join('\n')}`);
  } catch (error) {
    note(`FAILED: ${error}\nconsole:\n${guest.console.lines.slice(-15).join('\n')}\n`);
    await scenario.cleanUp?.();
    await timed('repair', repair);
    throw error;
  } finally {
    guest.console.close();
    await resetCluster();
  }
}

/** Throws unless all is as before: the guest writes and finds all it wrote, Gluster is whole, Ganeti content. */
async function worksAgain(guest: Guest): Promise<void> {
  await writes(guest);
  for (const volume of await volumes()) await timed(`${volume} heals`, () => healed(volume));
  // All it acknowledged is on the bricks, not in somebody's memory.
  await survives(guest, () => run(`gnt-instance reboot ${guest.name}`));
  await timed('gnt-cluster verify', () => verifyCluster(lab().master));
  const found = damage(guest);
  if (found.length > 0) throw new Error(`the guest found:\n${found.join('\n')}`);
}
