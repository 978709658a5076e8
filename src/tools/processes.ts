import { argumentsOf, executableOf, numbersIn, openPaths } from '../process-tree.ts';

/** A process of this node as it was a moment ago. */
export interface Process {
  readonly pid: string;
  readonly argv: readonly string[];
  /** The paths of the files and devices that it has open. */
  readonly opens: readonly string[];
}

/** All processes of this node but ourselves. What ends meanwhile is left out, or has nothing open. */
export function processes(): readonly Process[] {
  return others().map((pid) => {
    const argv = argumentsOf(pid);
    return { pid: String(pid), argv, opens: isBrick(pid, argv) ? [] : openPaths(pid) };
  });
}

/**
 * Whether a process is a brick of Gluster. It has 256 directories of its own open (.glusterfs/00 to ff), and never a
 * file on a mount: to look at each would take longer than all else that is to be known of a node with many bricks.
 */
function isBrick(pid: number, argv: readonly string[]): boolean {
  return argv.includes('--brick-name') && executableOf(pid)?.endsWith('/glusterfsd') === true;
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
  return others().some((pid) => {
    const [program = '', ...rest] = argumentsOf(pid);
    return program.split('/').at(-1) === name && rest.includes(argument);
  });
}

/** The first few of a list, for a sentence. */
export function summarize(list: readonly string[]): string {
  return [...list.slice(0, 3), ...(list.length > 3 ? [`${list.length - 3} more`] : [])].join(', ');
}

function others(): readonly number[] {
  return numbersIn('/proc').filter((pid) => pid !== process.pid);
}
