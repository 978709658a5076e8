import { watchConsole } from '../../lab/console.ts';
import { instance } from '../../lab/layout.ts';
import { run } from './commands.ts';
import { bootTime, type Guest, instanceOptions, restartedBy, writes } from './guests.ts';
import { lab } from './lab.ts';

/** What the guest says when its disk gives an error: it tries again, and has acknowledged nothing. */
const diskError = /FAILED (?:write|read) of record/;

/** The instance of a scenario, which need not exist yet. Its console is read until it is closed. */
export function watchedGuest(): Guest {
  const { name } = instance(1);
  return { name, console: watchConsole(lab(), name) };
}

/** Makes the instance, and returns when its guest writes records. */
export async function startGuest(guest: Guest, node: string, disk: string | undefined): Promise<void> {
  const options = instanceOptions(1, { node, ...(disk === undefined ? {} : { disk }) });
  await restartedBy(guest, () => run(`gnt-instance add ${options} ${guest.name}`));
  await writes(guest);
}

/** Waits until the guest was told of an error of its disk. */
export async function hasErrors({ console }: Guest, after: number): Promise<void> {
  await console.waitFor(diskError, { after, ...bootTime });
}

/** Does something that restarts the guest: it finds every record it ever acknowledged, and writes more. */
export async function survives(guest: Guest, restart: () => Promise<unknown>): Promise<void> {
  const { records, index } = await restartedBy(guest, restart);
  const before = guest.console.lines
    .slice(0, index)
    .map((line) => Number(/^records ok up to (\d+)/.exec(line)?.[1] ?? 0));
  const acknowledged = Math.max(0, ...before);
  if (records < acknowledged) throw new Error(`the guest acknowledged record ${acknowledged} and found ${records}`);
  await writes(guest);
}

/** Throws when the guest was told of an error of its disk. */
export function requireNoErrors({ console }: Guest): void {
  const found = console.lines.filter((line) => diskError.test(line));
  if (found.length > 0) throw new Error(`the guest was told of errors of its disk:\n${found.slice(0, 5).join('\n')}`);
}

/**
 * What the guest found wrong with its disk: data lost, old or not its own. An error it was told of is not among that.
 */
export function damage({ console }: Guest): readonly string[] {
  return console.lines.filter((line) => line.includes('FAILED') && !diskError.test(line));
}
