import { argumentsOf, executableOf, numbersIn } from '#src/process-tree.ts';
import { endProcesses, isGlusterProgram } from './end-processes.ts';

/** How long a daemon may take to end before it is killed: milliseconds. */
const patience = 10_000;

/**
 * Ends the self-heal daemons that the glusterd of a UUID started on this node, and returns how many there were. It is
 * the UUID in their arguments that tells whose they are (glusterd_new_shd_svc_start of glusterd-shd-svc.c), as another
 * glusterd can run in a container of the same node. Nothing is lost: what they heal is marked until it is healed.
 */
export async function endHealers(peer: string): Promise<number> {
  const isHealer = (pid: number): boolean => isGlusterProgram(executableOf(pid)) && isDaemonOf(argumentsOf(pid), peer);
  const found = numbersIn('/proc').filter(isHealer);
  await endProcesses(found, isHealer, patience);
  return found.length;
}

/** Whether these are the arguments of a self-heal daemon that the glusterd of a UUID started. */
export function isDaemonOf(given: readonly string[], peer: string): boolean {
  const isNamed = given.some((one, index) => one === '--process-name' && given[index + 1] === 'glustershd');
  return isNamed && given.includes(`*replicate*.node-uuid=${peer}`);
}
