import { healed, isHealed } from '../../e2e/support/heal.ts';
import type { Stage } from './stage.ts';

/** What an administrator types for a volume to heal: by itself Gluster looks what waits for that every ten minutes. */
export function healCommands(volume = 'ganeti'): readonly [string, string] {
  return [`node1# gluster volume heal ${volume}`, `node1# gluster volume heal ${volume} info summary`];
}

/** Types that, and waits until nothing waits. The first is refused for as long as not all self-heal daemons answer. */
export async function typesHeal({ tries, typesUntil }: Stage, volume = 'ganeti'): Promise<void> {
  const [start, info] = healCommands(volume);
  await tries(start);
  await healed(volume);
  await typesUntil(info, isHealed);
}
