import { setTimeout as sleep } from 'node:timers/promises';
import { isHealed } from '../../e2e/support/heal.ts';
import { poll } from '../../lab/process.ts';
import { type Stage, timeLimit } from './stage.ts';

/** What an administrator types for a volume to heal: by itself Gluster looks what waits for that every ten minutes. */
export function healCommands(volume = 'ganeti'): readonly [string, string] {
  return [`node1# gluster volume heal ${volume}`, `node1# gluster volume heal ${volume} info summary`];
}

/** Types that until nothing waits. The first is refused for as long as not all self-heal daemons answer. */
export async function typesHeal({ tries, types }: Stage, volume?: string): Promise<void> {
  const [start, info] = healCommands(volume);
  await poll(`${info} shows that nothing waits`, timeLimit, async () => {
    await tries(start);
    await sleep(2000);
    return isHealed(await types(info)) ? true : undefined;
  });
}
