import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process of this node as it was a moment ago. */
export interface Process {
  readonly pid: string;
  readonly argv: readonly string[];
  /** The paths of the files and devices that it has open. */
  readonly opens: readonly string[];
}

/** All processes of this node but ourselves. What ends meanwhile is left out, or has nothing open. */
export function processes(): readonly Process[] {
  return pids().map((pid) => ({ pid, argv: argumentsOf(pid), opens: openPaths(pid) }));
}

/** A process for a sentence: `qemu-system-x86_64 (pid 4711)`. */
export function describeProcess({ pid, argv }: Pick<Process, 'pid' | 'argv'>): string {
  return `${argv[0]?.split('/').at(-1) ?? '?'} (pid ${pid})`;
}

/** The processes of this node that have a file or device open whose path satisfies a test, for a sentence. */
export function usersOf(opens: (path: string) => boolean, running = processes()): readonly string[] {
  return running.filter((process) => process.opens.some(opens)).map(describeProcess);
}

/** Whether a process of this node has a name and was given an argument. */
export function isRunning(name: string, argument: string): boolean {
  return pids().some((pid) => {
    const [program = '', ...rest] = argumentsOf(pid);
    return program.split('/').at(-1) === name && rest.includes(argument);
  });
}

/** The first few of a list, for a sentence. */
export function summarize(list: readonly string[]): string {
  return [...list.slice(0, 3), ...(list.length > 3 ? [`${list.length - 3} more`] : [])].join(', ');
}

function pids(): readonly string[] {
  return readdirSync('/proc').filter((entry) => /^[0-9]+$/.test(entry) && Number(entry) !== process.pid);
}

function argumentsOf(pid: string): readonly string[] {
  return orNothing(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1));
}

function openPaths(pid: string): readonly string[] {
  const directory = `/proc/${pid}/fd`;
  return orNothing(() => readdirSync(directory)).flatMap((descriptor) =>
    orNothing(() => [readlinkSync(`${directory}/${descriptor}`)]),
  );
}

/** Processes end while one looks at them. */
function orNothing(look: () => readonly string[]): readonly string[] {
  try {
    return look();
  } catch {
    return [];
  }
}
