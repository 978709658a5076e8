import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { markerVariable } from '../lab/process.ts';

/** A process; with its start time, in clock ticks, it cannot be mistaken for a later one. */
export type Process = { readonly pid: number; readonly start: string };

/**
 * What a process started, and what that started, as long as the parents of each live. Without labs and what is in them:
 * these are taken down as a whole, or their loop devices would stay.
 */
export function descendantsOf(pid: number): readonly Process[] {
  const children = new Map<number, Process[]>();
  for (const found of allProcesses())
    children.set(found.parent, [...(children.get(found.parent) ?? []), { pid: found.pid, start: found.start }]);
  const below = (parent: number): readonly Process[] =>
    (children.get(parent) ?? [])
      .filter((child) => variableOf(child.pid, markerVariable) === undefined)
      .flatMap((child) => [child, ...below(child.pid)]);
  return below(pid);
}

/** All processes that have a variable, with its value. */
export function processesWith(variable: string): readonly (Process & { readonly value: string })[] {
  return allProcesses().flatMap(({ pid, start }) => {
    const value = variableOf(pid, variable);
    return value === undefined ? [] : { pid, start, value };
  });
}

/**
 * Ends processes with SIGKILL, and what they start meanwhile. Returns when they are gone, after ten seconds at the
 * latest.
 */
export async function killAll(processes: readonly Process[]): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (let left = processes.filter(lives); left.length > 0 && Date.now() < deadline; await sleep(20)) {
    left = [...left, ...left.flatMap(({ pid }) => descendantsOf(pid))].filter(lives);
    for (const { pid } of left) kill(pid);
  }
}

/** Whether it still runs. */
export function lives({ pid, start }: Process): boolean {
  return processOf(pid)?.start === start;
}

/** A process and its parent; undefined when it is not there, or dead already. */
export function processOf(pid: number): (Process & { readonly parent: number }) | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : { pid, parent: Number(parent), start: fields[17] ?? '' };
  } catch {
    return undefined;
  }
}

function allProcesses(): readonly (Process & { readonly parent: number })[] {
  const pids = readdirSync('/proc').filter((entry) => /^[0-9]+$/.test(entry));
  return pids.flatMap((pid) => processOf(Number(pid)) ?? []);
}

function variableOf(pid: number, variable: string): string | undefined {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    return environment.find((entry) => entry.startsWith(`${variable}=`))?.slice(variable.length + 1);
  } catch {
    return undefined;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended in the meantime.
  }
}
