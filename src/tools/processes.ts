import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface Process {
  readonly pid: number;
  /** Its arguments, as far as they are readable. */
  readonly argv: readonly string[];
}

/**
 * The processes of this node that have one of some files or devices open, or name one of some texts in their arguments
 * (QEMU opens a gluster:// image without any file). Ourselves excluded.
 */
export function usersOf(test: (openPath: string) => boolean, mentions: readonly string[] = []): readonly Process[] {
  return processes().filter(
    (process) =>
      openPaths(process.pid).some(test) ||
      mentions.some((text) => process.argv.some((argument) => argument.includes(text))),
  );
}

/** Names processes for a person: `qemu-system-x86_64 (pid 4711)`. */
export function nameProcesses(list: readonly Process[]): string {
  const shown = list.slice(0, 3).map(({ pid, argv }) => `${(argv[0] ?? '?').split('/').at(-1)} (pid ${pid})`);
  if (list.length > shown.length) shown.push(`${list.length - shown.length} more`);
  return shown.join(', ');
}

function processes(): readonly Process[] {
  return readdirSync('/proc')
    .filter((entry) => /^[0-9]+$/.test(entry) && Number(entry) !== process.pid)
    .map((entry) => ({ pid: Number(entry), argv: argumentsOf(entry) }));
}

function argumentsOf(pid: string): readonly string[] {
  return orNothing(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1));
}

function openPaths(pid: number): readonly string[] {
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
