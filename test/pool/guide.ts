import { lab } from '../e2e/support/lab.ts';
import { timed } from '../e2e/support/progress.ts';

const limits = { timeLimit: 15 * 60_000 };

/** Runs a command of the guide on the master, in bash as it says. */
export async function guided(command: string): Promise<string> {
  const { stdout, stderr } = await timed(`bash# ${command}`, () => lab().master.exec(['bash', '-c', command], limits));
  return stdout + stderr;
}

/** What such a command tells that has to fail. */
export async function failed(command: string): Promise<string> {
  const { exitCode, stderr } = await timed(`bash# ${command}  (to be refused)`, () =>
    lab().master.exec(['bash', '-c', command], { ...limits, reject: false }),
  );
  if (exitCode === 0) throw new Error(`${command} was not refused`);
  return stderr;
}
