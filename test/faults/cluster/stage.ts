import type { Guest } from '../../e2e/support/guests.ts';
import { node } from '../../e2e/support/lab.ts';
import { timed } from '../../e2e/support/progress.ts';
import { type CommandResult, poll } from '../../lab/process.ts';

/** A failure of a part of the cluster under a guest that writes, and the way out of it. */
export interface ClusterScenario {
  /** Begins with `cluster: `, for --only. */
  readonly name: string;
  /** The heading of its section in docs/failures.md. */
  readonly section: string;
  /** The node that the guest starts on, and more parameters of its disk. */
  readonly guestOn: 'node2' | 'node3';
  readonly disk?: string;
  /** Makes what the guest's disk needs. */
  readonly prepare?: () => Promise<void>;
  /** Takes that away, whatever came before. */
  readonly cleanUp?: () => Promise<void>;
  /** What an administrator types, as `node1# command`. All of it is typed; docs/failures.md shows nothing else. */
  readonly commands: readonly string[];
  readonly run: (stage: Stage, guest: Guest) => Promise<void>;
}

/** What a scenario acts with. All its commands end within a time limit, or the scenario has failed. */
export interface Stage {
  /** Types one of the scenario's commands, which has to exit with 0 or the status told. Returns all it printed. */
  readonly types: (command: string, exitCode?: number) => Promise<string>;
  /** The same, whatever its exit status. */
  readonly tries: (command: string) => Promise<CommandResult>;
  /** Types one of its commands until what it prints is as wanted. */
  readonly typesUntil: (command: string, wanted: (output: string) => boolean) => Promise<string>;
}

/** Much longer than anything here takes, even where the guest is emulated and others want the processors. */
export const timeLimit = 5 * 60_000;

/** The stage of one scenario. `note` is told all that is typed, with what was printed. */
export function stageOf(
  { commands }: ClusterScenario,
  note: (text: string) => void,
): { readonly stage: Stage; readonly untyped: () => readonly string[] } {
  const typed = new Set<string>();
  const tries = async (command: string): Promise<CommandResult> => {
    if (!commands.includes(command)) throw new Error(`not one of the scenario's commands: ${command}`);
    typed.add(command);
    const result = await timed(command, () => type(command));
    note(`${command}\n${result.stdout}${result.stderr}(exit ${result.exitCode})\n\n`);
    if (result.timedOut) throw new Error(`${command}: no end within ${timeLimit / 1000} s`);
    return result;
  };
  const types = async (command: string, exitCode = 0): Promise<string> => {
    const result = await tries(command);
    const output = result.stdout + result.stderr;
    if (result.exitCode !== exitCode) throw new Error(`${command}: exit ${result.exitCode}:\n${output}`);
    return output;
  };
  const typesUntil = (command: string, wanted: (output: string) => boolean): Promise<string> =>
    poll(`${command} prints what is wanted`, timeLimit, async () => {
      const { stdout, stderr } = await tries(command);
      return wanted(stdout + stderr) ? stdout + stderr : undefined;
    });
  return { stage: { types, tries, typesUntil }, untyped: () => commands.filter((command) => !typed.has(command)) };
}

async function type(command: string): Promise<CommandResult> {
  const [, name = '', line = ''] = /^(node\d)# (.*)$/.exec(command) ?? [];
  return await node(`${name}.lab`).exec(['sh', '-c', line], { timeLimit, reject: false });
}

/** Throws unless a text has what the administrator is to see. */
export function requireText(text: string, wanted: RegExp): void {
  if (!wanted.test(text)) throw new Error(`no ${wanted} in:\n${text}`);
}
