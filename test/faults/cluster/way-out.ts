import type { Guest } from '../../e2e/support/guests.ts';
import { lab, node } from '../../e2e/support/lab.ts';
import { timed } from '../../e2e/support/progress.ts';
import { survives } from '../../e2e/support/records.ts';
import { bricksOnline } from '../../lab/gluster.ts';
import { healCommands, typesHeal } from './heal.ts';
import type { Stage } from './stage.ts';

const [shutdown, startup] = ['node1# gnt-instance shutdown inst1.lab', 'node1# gnt-instance startup inst1.lab'];
const readd = (name: string): string => `node1# gnt-node add --readd --no-ssh-key-check ${name}.lab`;

const beforeStart = 'node1# gluster volume set ganeti cluster.post-op-delay-secs 0';
const startBricks = 'node1# gluster volume start ganeti force';
const afterHeal = 'node1# gluster volume reset ganeti cluster.post-op-delay-secs';

/** Has a brick come back. No read of a guest that goes on writing gets what the brick held before. */
async function comesBack(stage: Stage, start: () => Promise<unknown>): Promise<void> {
  await stage.types(beforeStart);
  await start();
  await typesHeal(stage);
  await stage.types(afterHeal);
}

/** What comesBack types, with what `start` does. */
function comingBack(start: string): readonly string[] {
  return [beforeStart, start, ...healCommands(), afterHeal];
}

/** What startsBrick types. */
export const brickCommands = comingBack(startBricks);

/** Starts a brick that ended. */
export async function startsBrick(stage: Stage): Promise<void> {
  await comesBack(stage, () => stage.types(startBricks));
}

/** What restartsHealed types. */
export const restartCommands: readonly string[] = [shutdown, ...healCommands(), startup];

/**
 * Restarts the guest of a FUSE client that died while it was writing. What was on its way is on some bricks only: what
 * the guest finds must not depend on which it asks.
 */
export async function restartsHealed(stage: Stage, guest: Guest): Promise<void> {
  await stage.types(shutdown);
  await typesHeal(stage);
  await survives(guest, () => stage.types(startup));
}

/** What bootsAgain types. */
export function bootCommands(name: string): readonly string[] {
  return comingBack(readd(name));
}

/** A node that lost its power boots, with its bricks, and is taken into the cluster again. */
export async function bootsAgain(stage: Stage, name: string): Promise<void> {
  await comesBack(stage, async () => {
    await timed(`${name} boots`, () => node(`${name}.lab`).boot());
    await bricksOnline(lab().master, 'ganeti', lab().nodes.length);
    await stage.types(readd(name));
  });
}
