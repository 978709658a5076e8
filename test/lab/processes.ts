import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { markerVariable, poll } from './process.ts';

/** The start time of a process in clock ticks: with it, a process id cannot be mistaken for a later one. */
export function processStart(pid: number): string | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields === undefined || fields[0] === 'Z' ? undefined : fields[19];
}

/** Whether the process is there and carries the lab's marker. */
export function isMarked(pid: number, directory: string): boolean {
  const environment = readIfThere(`/proc/${pid}/environ`);
  return environment?.split('\0').includes(`${markerVariable}=${directory}`) === true;
}

/** The process a file of the lab names, if it still runs and belongs to this lab. */
export function pidFromFile(file: string, directory: string): number | undefined {
  const pid = Number(readIfThere(file)?.trim());
  return Number.isInteger(pid) && pid > 1 && isMarked(pid, directory) ? pid : undefined;
}

export function allProcesses(): readonly number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

/** The processes in a PID namespace, or in one below it, are gone when its process 1 is. */
export async function killAndWait(pids: readonly number[]): Promise<void> {
  const starts = new Map(pids.map((pid) => [pid, processStart(pid)]));
  for (const pid of pids) kill(pid);
  for (const [pid, start] of starts) {
    if (start === undefined) continue;
    await poll(`process ${pid} ends`, 30_000, () => (processStart(pid) === start ? undefined : true));
  }
}

/** Kills all that carries the lab's marker, and with the lab's process 1 all that is in its namespaces. */
export async function killMarked(directory: string): Promise<void> {
  for (;;) {
    const marked = allProcesses().filter((pid) => pid !== process.pid && isMarked(pid, directory));
    if (marked.length === 0) return;
    await killAndWait(marked);
  }
}

/** One process of every mount namespace on the machine. */
export function mountNamespaceMembers(): readonly number[] {
  const members = new Map<string, number>();
  for (const pid of allProcesses()) {
    try {
      members.set(readlinkSync(`/proc/${pid}/ns/mnt`), pid);
    } catch {
      // It ended meanwhile, or is a kernel thread.
    }
  }
  return [...members.values()];
}

export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}
