import { type Console, type ConsoleLine, watchConsole } from '../../lab/console.ts';
import { instance } from '../../lab/layout.ts';
import { run } from './commands.ts';
import { lab } from './lab.ts';

/** An instance, and what its guest says. */
export interface Guest {
  readonly name: string;
  readonly console: Console;
}

export interface GuestOptions {
  /** The node it is made on, such as node1.lab. */
  readonly node: string;
  /** More parameters of its disk, such as pool=second. */
  readonly disk?: string;
  /** Leave it stopped. */
  readonly stopped?: boolean;
}

/** An emulated guest takes its time to boot, most of all when others want the processors. */
export const bootTime = { timeLimit: 4 * 60_000 };

const known = new Map<string, Guest>();

/** The guests of the file that runs. */
export function guests(): readonly Guest[] {
  return [...known.values()];
}

/** The guest of an instance that need not exist yet. Its console is read from now on. */
export function guest(number: number): Guest {
  const { name } = instance(number);
  const found = known.get(name) ?? { name, console: watchConsole(lab(), name) };
  known.set(name, found);
  return found;
}

/** Makes an instance with one disk, and starts it. */
export async function addInstance(number: number, options: GuestOptions): Promise<Guest> {
  const made = guest(number);
  await run(`gnt-instance add ${instanceOptions(number, options)} ${made.name}`);
  return made;
}

/** What `gnt-instance add` is told. */
export function instanceOptions(number: number, { node, disk, stopped = false }: GuestOptions): string {
  return [
    `-t ext --disk 0:size=1G,provider=gluster${disk === undefined ? '' : `,${disk}`}`,
    `-o dummy+default -n ${node}`,
    machineOptions(number),
    ...(stopped ? ['--no-start'] : []),
  ].join(' ');
}

/** A lab's instances are small, and have routed addresses that nobody answers for. */
export function machineOptions(number: number): string {
  return `--net 0:ip=${instance(number).address} -B memory=256M,vcpus=1 --no-name-check --no-ip-check`;
}

/** Does something that restarts a guest, and returns what it found on its disk when it came back. */
export async function restartedBy({ console }: Guest, action: () => Promise<unknown>): Promise<Restarted> {
  const after = console.mark();
  await action();
  const marker = await console.waitFor(/^marker (.*)/, { after, ...bootTime });
  const found = await console.waitFor(/^records found (\d+)/, { after, ...bootTime });
  return { marker: marker.match[1] ?? '', records: Number(found.match[1]), index: found.index };
}

export interface Restarted {
  readonly marker: string;
  readonly records: number;
  /** The number of the console line that says so. */
  readonly index: number;
}

/** Waits until a guest has written and read back some more records. */
export async function writes({ console }: Guest, records = 50): Promise<number> {
  return await console.waitForRecords(records, bootTime.timeLimit);
}

/** Waits until a guest says that a disk has a size and that it can write to its end. */
export async function seesDisk(
  { console }: Guest,
  disk: string,
  mebibytes: number,
  after: number,
): Promise<ConsoleLine> {
  await console.waitFor(new RegExp(`^disk ${disk} ${mebibytes * 2048} sectors`), { after, ...bootTime });
  return await console.waitFor(new RegExp(`^end of ${disk} ok`), { after, ...bootTime });
}
