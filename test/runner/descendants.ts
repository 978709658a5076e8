import { setTimeout as sleep } from 'node:timers/promises';
import { markerVariable } from '../lab/process.ts';
import { allProcesses, kill, lives, type Process, variableOf } from '../lab/processes.ts';

/**
 * What a process started, and what that started, as long as the parents of each live. Without labs and what is in them:
 * these are taken down as a whole, or their loop devices would stay.
 */
export function descendantsOf(pid: number): readonly Process[] {
  const children = Map.groupBy(allProcesses(), ({ parent }) => parent);
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
