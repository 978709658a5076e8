import type { LabNode } from '../../lab/node.ts';
import type { CommandResult } from '../../lab/process.ts';
import { lab } from './lab.ts';
import { timed } from './progress.ts';

const timeLimit = 15 * 60_000;

/**
 * Runs a command line on a node, the master unless told, as its administrator would: words are separated by blanks, and
 * nothing is quoted. Throws unless it ends with 0; returns what it printed.
 */
export async function run(commandLine: string, on: LabNode = lab().master): Promise<string> {
  const argv = commandLine.split(/\s+/);
  const { stdout, stderr } = await timed(show(commandLine, on), () => on.exec(argv, { timeLimit }));
  return stdout + stderr;
}

/** Runs a command line that has to fail. Returns how it did. */
export async function refused(commandLine: string, on: LabNode = lab().master): Promise<CommandResult> {
  const argv = commandLine.split(/\s+/);
  return await timed(`${show(commandLine, on)}  (to be refused)`, async () => {
    const result = await on.exec(argv, { timeLimit, reject: false });
    if (result.exitCode === 0) throw new Error(`${commandLine} was not refused:\n${result.stdout}${result.stderr}`);
    return result;
  });
}

/** The lines a script printed on a node, without telling of it: for looking around. */
export async function look(on: LabNode, script: string): Promise<readonly string[]> {
  const { stdout } = await on.exec(['sh', '-euc', script], { timeLimit: 60_000 });
  return stdout.split('\n').filter((line) => line !== '');
}

function show(commandLine: string, on: LabNode): string {
  return `${on.name}# ${commandLine}`;
}
