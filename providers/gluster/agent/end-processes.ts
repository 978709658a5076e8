import { existsSync } from 'node:fs';
import { hasEnded } from '#src/process-tree.ts';
import { waitFor } from '#src/wait.ts';

/**
 * Ends processes of this node, with SIGKILL what SIGTERM does not end within so many milliseconds. Returns those that
 * run nevertheless. `isSame`: whether a number is still that of the process it was.
 */
export async function endProcesses(
  pids: readonly number[],
  isSame: (pid: number) => boolean,
  patience: number,
): Promise<readonly number[]> {
  for (const pid of pids) signal(pid, 'SIGTERM');
  const left = (): readonly number[] => pids.filter((pid) => !hasEnded(pid) && isSame(pid));
  for (const pid of await waitFor(left, ({ length }) => length === 0, patience)) signal(pid, 'SIGKILL');
  await waitFor(left, ({ length }) => length === 0, patience);
  // To their glusterd a zombie runs (gf_is_pid_running of common-utils.c).
  const isZombie = (pid: number): boolean => existsSync(`/proc/${pid}`) && hasEnded(pid);
  await waitFor(
    () => pids.some(isZombie),
    (are) => !are,
    patience,
  );
  return left();
}

/** Whether a program is that of Gluster's daemons. The kernel says of one that was replaced that it is deleted. */
export function isGlusterProgram(executable: string | undefined): boolean {
  return /\/glusterfsd?( \(deleted\))?$/.test(executable ?? '');
}

/** A process that ended meanwhile has what it is to have. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
