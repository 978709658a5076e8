import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * The processes of this node that have one of some files or devices open, or an argument that tells that they use one (QEMU
 * opens a gluster:// image without any file), each as `qemu-system-x86_64 (pid 4711)`. Ourselves excluded.
 */
export function usersOf(
  opens: (path: string, pid: string) => boolean,
  tells: (argument: string, pid: string) => boolean = () => false,
): readonly string[] {
  return readdirSync('/proc')
    .filter((entry) => /^[0-9]+$/.test(entry) && Number(entry) !== process.pid)
    .flatMap((pid) => {
      const argv = argumentsOf(pid);
      return argv.some((argument) => tells(argument, pid)) || openPaths(pid).some((path) => opens(path, pid))
        ? [`${argv[0]?.split('/').at(-1) ?? '?'} (pid ${pid})`]
        : [];
    });
}

/** Whether a process of this node has a name and was given an argument. */
export function isRunning(name: string, argument: string): boolean {
  return readdirSync('/proc').some((entry) => {
    const [program = '', ...rest] = /^[0-9]+$/.test(entry) ? argumentsOf(entry) : [];
    return program.split('/').at(-1) === name && rest.includes(argument);
  });
}

/** The first few of a list, for a sentence. */
export function summarize(list: readonly string[]): string {
  return [...list.slice(0, 3), ...(list.length > 3 ? [`${list.length - 3} more`] : [])].join(', ');
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
