import { run } from '../../e2e/support/commands.ts';
import { type Guest, machineOptions, restartedBy, writes } from '../../e2e/support/guests.ts';
import { say } from '../../e2e/support/progress.ts';
import { watchedGuest } from '../../e2e/support/records.ts';
import type { Access, Variant } from './variants.ts';

/** In the order in which they are done with an instance. */
export const operations = ['add', 'migrate', 'grow', 'reboot', 'shutdown', 'start', 'remove'] as const;

export type Operation = (typeof operations)[number];

/** How many seconds the command of each operation took, without what the guest does afterwards. */
export type Taken = Readonly<Record<Operation, number>>;

/** The whole life of an instance, with a guest that writes all the while. */
export async function measureLife({ name, options }: Variant, access: Access, round: number): Promise<Taken> {
  say(`-- round ${round}, ${access}: ${name}`);
  const guest = watchedGuest();
  const instance = guest.name;
  try {
    const add = await timeUntilBoot(
      guest,
      `gnt-instance add ${options} -o dummy+default -n node2.lab ${machineOptions(1)} ${instance}`,
    );
    await writes(guest);
    const migrate = await timeOf(`gnt-instance migrate -f -n node3.lab ${instance}`);
    await writes(guest);
    const grow = await timeOf(`gnt-instance grow-disk ${instance} 0 64M`);
    const reboot = await timeUntilBoot(guest, `gnt-instance reboot -t full ${instance}`);
    await writes(guest);
    const shutdown = await timeOf(`gnt-instance shutdown ${instance}`);
    const start = await timeUntilBoot(guest, `gnt-instance startup ${instance}`);
    await run(`gnt-instance shutdown --timeout=0 ${instance}`);
    const remove = await timeOf(`gnt-instance remove -f ${instance}`);
    return { add, migrate, grow, reboot, shutdown, start, remove };
  } finally {
    guest.console.close();
  }
}

/** The seconds of a command that starts a guest; returns when the guest has booted. */
async function timeUntilBoot(guest: Guest, command: string): Promise<number> {
  let seconds = Number.NaN;
  await restartedBy(guest, async () => {
    seconds = await timeOf(command);
  });
  return seconds;
}

async function timeOf(command: string): Promise<number> {
  const start = performance.now();
  await run(command);
  return (performance.now() - start) / 1000;
}
