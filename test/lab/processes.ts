import { readFileSync, readlinkSync } from 'node:fs';
import { numbersIn, read } from '#src/process-tree.ts';
import { markerVariable, poll } from './process.ts';

/** A process; with its start time, in clock ticks, it cannot be mistaken for a later one. */
export interface Process {
  readonly pid: number;
  readonly start: string;
}

/** A process and its parent; undefined when it is not there, or dead already. */
export function processOf(pid: number): (Process & { readonly parent: number }) | undefined {
  const stat = read(`/proc/${pid}/stat`);
  // The name before it stands in brackets and can hold anything: proc(5).
  const [state, parent, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const start = fields[17];
  return state === 'Z' || start === undefined ? undefined : { pid, parent: Number(parent), start };
}

/** Whether it still runs. */
export function lives({ pid, start }: Process): boolean {
  return processOf(pid)?.start === start;
}

/** All processes of the machine that are not dead. */
export function allProcesses(): readonly (Process & { readonly parent: number })[] {
  return numbersIn('/proc').flatMap((pid) => processOf(pid) ?? []);
}

/** The value of a variable that a process was started with; undefined when it has none. */
export function variableOf(pid: number, variable: string): string | undefined {
  const entries = read(`/proc/${pid}/environ`).split('\0');
  return entries.find((entry) => entry.startsWith(`${variable}=`))?.slice(variable.length + 1);
}

/** Whether the process is there and carries the lab's marker. */
export function isMarked(pid: number, directory: string): boolean {
  return variableOf(pid, markerVariable) === directory;
}

/** The process a file of the lab names, if it still runs and belongs to this lab. */
export function pidFromFile(file: string, directory: string): number | undefined {
  const pid = Number(readIfThere(file)?.trim());
  return Number.isInteger(pid) && pid > 1 && isMarked(pid, directory) ? pid : undefined;
}

/** Ends a process with SIGKILL. One that has ended by itself is fine. */
export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}

/** The processes in a PID namespace, or in one below it, are gone when its process 1 is. */
export async function killAndWait(pids: readonly number[]): Promise<void> {
  const processes = pids.flatMap((pid) => processOf(pid) ?? []);
  for (const pid of pids) kill(pid);
  for (const one of processes) await poll(`process ${one.pid} ends`, 30_000, () => (lives(one) ? undefined : true));
}

/** Kills all that carries the lab's marker, and with the lab's process 1 all that is in its namespaces. */
export async function killMarked(directory: string): Promise<void> {
  for (;;) {
    const marked = numbersIn('/proc').filter((pid) => pid !== process.pid && isMarked(pid, directory));
    if (marked.length === 0) return;
    await killAndWait(marked);
  }
}

/** One process of every mount namespace on the machine. */
export function mountNamespaceMembers(): readonly number[] {
  const members = new Map<string, number>();
  for (const pid of numbersIn('/proc')) {
    const namespace = namespaceOf(pid, 'mnt');
    if (namespace !== undefined) members.set(namespace, pid);
  }
  return [...members.values()];
}

/** What tells the namespace of a process from others; undefined when it ended, or is a kernel thread. */
export function namespaceOf(pid: number, kind: 'mnt' | 'pid'): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/${kind}`);
  } catch {
    return undefined;
  }
}

/** The text of a file; undefined when it cannot be read. */
export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
