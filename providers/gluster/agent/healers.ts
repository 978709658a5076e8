import { existsSync } from 'node:fs';
import { argumentsOf, executableOf, hasEnded, numbersIn } from '#src/process-tree.ts';
import { waitFor } from '#src/wait.ts';

/** How long a daemon may take to end before it is killed: milliseconds. */
const patience = 10_000;

/**
 * Ends the self-heal daemons that the glusterd of a UUID started on this node, and returns how many there were. It is
 * the UUID in their arguments that tells whose they are (glusterd_new_shd_svc_start of glusterd-shd-svc.c), as another
 * glusterd can run in a container of the same node. Nothing is lost: what they heal is marked until it is healed.
 */
export async function endHealers(peer: string): Promise<number> {
  const found = numbersIn('/proc').filter((pid) => isHealer(pid, peer));
  for (const pid of found) signal(pid, 'SIGTERM');
  const left = (): readonly number[] => found.filter((pid) => !hasEnded(pid) && isHealer(pid, peer));
  for (const pid of await waitFor(left, ({ length }) => length === 0, patience)) signal(pid, 'SIGKILL');
  await waitFor(left, ({ length }) => length === 0, patience);
  // To their glusterd a zombie runs (gf_is_pid_running of common-utils.c).
  const isZombie = (pid: number): boolean => existsSync(`/proc/${pid}`) && hasEnded(pid);
  await waitFor(
    () => found.some(isZombie),
    (are) => !are,
    patience,
  );
  return found.length;
}

function isHealer(pid: number, peer: string): boolean {
  // The kernel says of a program that an upgrade replaced that it is deleted.
  return /\/glusterfsd?( \(deleted\))?$/.test(executableOf(pid) ?? '') && isDaemonOf(argumentsOf(pid), peer);
}

/** Whether these are the arguments of a self-heal daemon that the glusterd of a UUID started. */
export function isDaemonOf(given: readonly string[], peer: string): boolean {
  const isNamed = given.some((one, index) => one === '--process-name' && given[index + 1] === 'glustershd');
  return isNamed && given.includes(`*replicate*.node-uuid=${peer}`);
}

/** A process that ended meanwhile has what it is to have. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
