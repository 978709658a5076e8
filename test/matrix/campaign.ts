import { run } from '../e2e/support/commands.ts';
import { useLab } from '../e2e/support/lab.ts';
import { leftovers } from '../e2e/support/leftovers.ts';
import { enter, type Mode, requireWay } from '../e2e/support/modes.ts';
import { say } from '../e2e/support/progress.ts';
import { watchedGuest } from '../e2e/support/records.ts';
import { repair } from '../e2e/support/repair.ts';
import { resetCluster } from '../e2e/support/reset.ts';
import { labOfCheckout } from '../lab/checkout.ts';
import { installProvider } from '../lab/install.ts';
import { inOwnLab, up } from '../lab/lab.ts';
import { type Suite, suites } from '../lab/suites.ts';
import { actions, bringBack } from './actions.ts';

const labName = labOfCheckout('matrix');

/** What an action came to. */
export interface Cell {
  readonly suite: Suite;
  readonly mode: string;
  readonly action: string;
  readonly result: 'yes' | 'failed' | 'not tried' | string;
  readonly seconds: number;
  readonly reason?: string;
}

/** Does everything in some modes on one suite, in a lab of its own. */
export async function runSuite(suite: Suite, modes: readonly Mode[]): Promise<readonly Cell[]> {
  useLab(labName);
  return await inOwnLab(labName, async () => {
    await installProvider(await up({ name: labName, nodes: 3, ganeti: true, suite, progress: console.log }));
    const cells: Cell[] = [];
    for (const mode of modes) cells.push(...(await runMode(suite, mode)));
    return cells;
  });
}

/** All actions, one after the other, with one instance. After one that failed the later ones are not tried. */
async function runMode(suite: Suite, mode: Mode): Promise<readonly Cell[]> {
  say(`-- ${suite}, ${mode.name}`);
  const guest = watchedGuest();
  const cells: Cell[] = [];
  try {
    await enter(mode);
    for (const action of actions) {
      const excuse = action.excuse?.(suites[suite], mode);
      say(`${action.name}${excuse === undefined ? '' : ` (${excuse})`}`);
      const start = performance.now();
      await action.run(guest, mode, excuse !== undefined);
      await requireWay(guest, mode);
      const seconds = Math.round((performance.now() - start) / 100) / 10;
      cells.push({ suite, mode: mode.name, action: action.name, result: excuse ?? 'yes', seconds });
    }
    await bringBack();
    await run(`gnt-instance remove -f --shutdown-timeout=0 ${guest.name}`);
    const left = await leftovers();
    if (left.length > 0) throw new Error(`left over:\n${left.join('\n')}`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.log(`${reason}\nconsole:\n${guest.console.lines.slice(-15).join('\n')}`);
    for (const action of actions.slice(cells.length)) {
      const result = cells.some((cell) => cell.result === 'failed') ? 'not tried' : 'failed';
      cells.push({ suite, mode: mode.name, action: action.name, result, seconds: 0, reason });
    }
    if (!cells.some((cell) => cell.result === 'failed'))
      cells.push({ suite, mode: mode.name, action: 'afterwards', result: 'failed', seconds: 0, reason });
    await repair();
  } finally {
    guest.console.close();
    await resetCluster();
  }
  return cells;
}
