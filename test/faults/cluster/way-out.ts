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

/** What startsBrick types. */
export const brickCommands: readonly string[] = [beforeStart, startBricks, ...healCommands(), afterHeal];

/** Starts a brick that ended. No read of a guest that goes on writing gets what the brick held before. */
export async function startsBrick(stage: Stage): Promise<void> {
  for (const command of [beforeStart, startBricks]) await stage.types(command);
  await typesHeal(stage);
  await stage.types(afterHeal);
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
  return [beforeStart, readd(name), ...healCommands(), afterHeal];
}

/**
 * A node that lost its power boots, with its bricks, and is taken into the cluster again. No read of a guest that goes
 * on writing gets what its brick held before.
 */
export async function bootsAgain(stage: Stage, name: string): Promise<void> {
  await stage.types(beforeStart);
  await timed(`${name} boots`, () => node(`${name}.lab`).boot());
  await bricksOnline(lab().master, 'ganeti', lab().nodes.length);
  await stage.types(readd(name));
  await typesHeal(stage);
  await stage.types(afterHeal);
}
