import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../e2e/support/commands.ts';
import { type Guest, restartedBy, writes } from '../../e2e/support/guests.ts';
import { enter, modes } from '../../e2e/support/modes.ts';
import { say } from '../../e2e/support/progress.ts';
import { startGuest, watchedGuest } from '../../e2e/support/records.ts';

/** A command of Ganeti that waits until a QEMU ended. */
interface Operation {
  readonly name: string;
  /** Returns the seconds that the command took. */
  readonly measure: (guest: Guest, round: number) => Promise<number>;
}

/** In the order in which they are done with one instance, round by round. */
export const operations: readonly Operation[] = [
  {
    name: 'gnt-instance shutdown',
    async measure(guest) {
      const seconds = await timeOf(`gnt-instance shutdown ${guest.name}`);
      await restartedBy(guest, () => run(`gnt-instance startup ${guest.name}`));
      return seconds;
    },
  },
  {
    name: 'gnt-instance reboot',
    async measure(guest) {
      let seconds = Number.NaN;
      await restartedBy(guest, async () => {
        seconds = await timeOf(`gnt-instance reboot ${guest.name}`);
      });
      return seconds;
    },
  },
  {
    name: 'gnt-instance migrate',
    measure: (guest, round) =>
      timeOf(`gnt-instance migrate -f -n ${round % 2 === 0 ? 'node2.lab' : 'node3.lab'} ${guest.name}`),
  },
];

/** How many seconds every operation took in each round, with one kind of access to the guest's disk. */
export async function measureOperations(
  access: 'kernelspace' | 'userspace',
  rounds: number,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const mode = modes.find(({ name }) => name === access);
  if (mode === undefined) throw new Error(`there is no mode ${access}`);
  say(`-- ${access}`);
  await enter(mode);
  const guest = watchedGuest();
  const taken = new Map<string, number[]>(operations.map(({ name }) => [name, []]));
  try {
    await startGuest(guest, 'node2.lab', undefined);
    for (let round = 1; round <= rounds; round += 1)
      for (const { name, measure } of operations) {
        await writes(guest);
        // What the wait depends on has a beat of ten seconds: every part of it gets its turn.
        await sleep((round / rounds) * 10_000);
        taken.get(name)?.push(await measure(guest, round));
      }
    await run(`gnt-instance remove -f --shutdown-timeout=0 ${guest.name}`);
    return taken;
  } finally {
    guest.console.close();
  }
}

async function timeOf(command: string): Promise<number> {
  const start = performance.now();
  await run(command);
  return (performance.now() - start) / 1000;
}
