import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * What a process and all that it started have open, and what tells whether one of them runs. Touches no file but /proc.
 */
export interface ProcessTree {
  readonly pids: readonly number[];
  /** The paths of what they have open, as the kernel names them. */
  readonly open: readonly string[];
  /** Another text as soon as any thread of them ran, started or ended. */
  readonly moves: string;
}

/** Looks at a process and its descendants. One that ended meanwhile is left out. */
export function processTree(root: number): ProcessTree {
  const children = new Map<number, number[]>();
  for (const pid of numbersIn('/proc')) {
    const parent = parentOf(read(`/proc/${pid}/stat`));
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const pids = [root];
  for (const pid of pids) pids.push(...(children.get(pid) ?? []));
  return { pids, open: pids.flatMap(openPaths), moves: pids.map(movesOf).join(' ') };
}

/** The parent in /proc/PID/stat. */
export function parentOf(stat: string): number | undefined {
  const { parent } = beginningOf(stat);
  return parent === undefined || parent === '' ? undefined : Number(parent);
}

/** The first fields of /proc/PID/stat, proc(5): the name before them stands in brackets and can hold anything. */
function beginningOf(stat: string): { readonly state: string | undefined; readonly parent: string | undefined } {
  const [state, parent] = stat
    .slice(stat.lastIndexOf(')') + 1)
    .trim()
    .split(' ');
  return { state, parent };
}

/** How often the threads of a process were switched to another one, from what /proc/PID/task/TID/status tells. */
export function switchesIn(status: string): number {
  const counts = [...status.matchAll(/^(?:non)?voluntary_ctxt_switches:\s*([0-9]+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

function movesOf(pid: number): string {
  const tasks = numbersIn(`/proc/${pid}/task`);
  return [pid, ...tasks.map((task) => `${task}:${switchesIn(read(`/proc/${pid}/task/${task}/status`))}`)].join(',');
}

/** Whether no thread of a process is left that could hold a lock; its parent may not know yet. */
export function hasEnded(pid: number): boolean {
  const tasks = numbersIn(`/proc/${pid}/task`);
  return tasks.every((task) =>
    ['', 'Z', 'X'].includes(beginningOf(read(`/proc/${pid}/task/${task}/stat`)).state ?? ''),
  );
}

/** What one process has open. */
export function openPaths(pid: number): readonly string[] {
  return numbersIn(`/proc/${pid}/fd`).flatMap((descriptor) => pathOf(pid, descriptor) ?? []);
}

/** The path of one descriptor of a process; undefined when it is closed by now. */
export function pathOf(pid: number, descriptor: number): string | undefined {
  return targetOf(`/proc/${pid}/fd/${descriptor}`);
}

/** The program that a process runs; undefined when it ended. Its arguments can call it anything. */
export function executableOf(pid: number): string | undefined {
  return targetOf(`/proc/${pid}/exe`);
}

/** What a process was started with, its name first; empty when it ended. */
export function argumentsOf(pid: number): readonly string[] {
  return read(`/proc/${pid}/cmdline`).split('\0').slice(0, -1);
}

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}

/** The names in a directory of /proc that are numbers; none when the process ended. */
export function numbersIn(directory: string): readonly number[] {
  try {
    return readdirSync(directory)
      .filter((name) => /^[0-9]+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** A file of /proc; empty when the process ended. */
export function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
