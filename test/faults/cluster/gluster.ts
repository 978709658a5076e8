import { setTimeout as sleep } from 'node:timers/promises';
import { look } from '../../e2e/support/commands.ts';
import { isHealed, healed as waitUntilHealed } from '../../e2e/support/heal.ts';
import { lab, node } from '../../e2e/support/lab.ts';
import { timed } from '../../e2e/support/progress.ts';
import { poll } from '../../lab/process.ts';
import { type Stage, timeLimit } from './stage.ts';

/** The processes of Gluster on a node, by their command lines. */
export const processes = {
  brick: '^/usr/sbin/glusterfsd .*--brick-name /bricks/ganeti/',
  client: '^/usr/sbin/glusterfs .*/run/ganeti-gluster/mnt/',
  glusterd: '^(/usr/sbin/)?glusterd',
} as const;

/** Ends processes of a node with SIGKILL; there has to be one. */
export async function killOn(name: string, process: keyof typeof processes): Promise<void> {
  await timed(`the ${process} of ${name} is killed`, () =>
    // The shell has the pattern on its command line, too, though not at its beginning.
    look(node(`${name}.lab`), `kill -KILL $(pgrep -f '${processes[process]}')`),
  );
}

/** Waits until all bricks of a volume run and have the same. */
export async function healed(volume: string): Promise<void> {
  await timed(`${volume} heals`, () => waitUntilHealed(volume));
}

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

/** The volumes there are. */
export async function volumes(): Promise<readonly string[]> {
  return await look(lab().master, 'gluster volume list');
}
