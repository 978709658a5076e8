import { existsSync } from 'node:fs';
import { orReason } from '#gluster/glusterd/observe.ts';
import { peers } from '#gluster/glusterd/peers.ts';
import { type Dependencies, serverPackage } from '#gluster/pool/newcomers.ts';
import { Failure } from '#src/errors.ts';
import { type CommandResult, commandFailed, run, toolDirectories } from '#src/exec.ts';
import { makeRunDirectory } from '#src/run-directory.ts';
import { entriesOf } from '#src/trees.ts';
import { waitFor } from '#src/wait.ts';

/** What a server of Gluster gets here. */
export interface Wanted {
  /** The names of packages that it lacks. */
  readonly packages: readonly string[];
  /** Its glusterd does not run, and is to. */
  readonly starts: boolean;
}

/** The Debian packages of a server, each with a tool that it has. */
const tools: Readonly<Record<string, string>> = { [serverPackage]: 'glusterd', attr: 'getfattr' };

/** For another apt: seconds. */
const lockPatience = 300;

/** For all of this one, and that dpkg hangs: what is ended while it unpacks is left half installed. Milliseconds. */
const aptPatience = 50 * 60_000;

/** A glusterd that starts answers within so many milliseconds. */
const startPatience = 60_000;

/** What this node lacks to be a server of Gluster. */
export async function dependenciesHere(): Promise<Dependencies> {
  const lacks = missingHere().map(async (name) => ({ name, candidate: await candidateOf(name) }));
  return { lacks: await Promise.all(lacks), hasSystemd: systemdRuns() };
}

/** Whether this node is no server of Gluster yet: none runs on it, and none that ran had peers or volumes. */
export async function isFreshHere(): Promise<boolean> {
  if (['peers', 'vols'].some((name) => entriesOf(`/var/lib/glusterd/${name}`).length > 0)) return false;
  return typeof (await orReason(peers)) === 'string';
}

/** The command that installs packages. It removes none, whatever they are in conflict with. */
export function installCommand(packages: readonly string[]): readonly string[] {
  const options = [
    '-q',
    '--yes',
    '--no-remove',
    '--no-install-recommends',
    '-o',
    `DPkg::Lock::Timeout=${lockPatience}`,
  ];
  return ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...options, 'install', ...packages];
}

/** The command that starts glusterd, where systemd runs for every boot, too. */
export function startCommand(hasSystemd: boolean): readonly string[] {
  return hasSystemd ? ['systemctl', 'enable', '--now', 'glusterd'] : ['glusterd'];
}

/**
 * Gives this node what it lacks. Its glusterd answers when this returns, if it is to start. Throws a Failure of kind
 * failed with the last lines of apt, or of kind unavailable where glusterd does not answer.
 */
export async function installHere({ packages, starts }: Wanted): Promise<true> {
  const strange = packages.find((name) => !Object.hasOwn(tools, name));
  if (strange !== undefined) throw new Failure('invalid', `no server needs a package ${JSON.stringify(strange)}`);
  if (packages.length > 0) await install(packages);
  if (starts) await startGlusterd();
  return true;
}

async function install(packages: readonly string[]): Promise<void> {
  const result = await runAside('apt', installCommand(packages), aptPatience);
  const left = packages.filter((name) => missingHere().includes(name));
  if (result.exitCode === 0 && left.length === 0) return;
  const { kind, message, details } = commandFailed(result, `apt-get did not install ${packages.join(' and ')}`);
  throw new Failure(kind, message, {
    ...details,
    hint: 'mend it there with dpkg --configure -a and apt-get update, and type the same again',
  });
}

async function startGlusterd(): Promise<void> {
  const result = await runAside('start', startCommand(systemdRuns()), startPatience);
  // Whoever else started it may have been faster: what counts is that it answers.
  const found = await waitFor(
    () => orReason(peers),
    (answer) => typeof answer !== 'string',
    startPatience,
  );
  if (typeof found !== 'string') return;
  const { details } = commandFailed(result);
  throw new Failure('unavailable', 'its glusterd was started, and does not answer', {
    ...details,
    hint: 'see /var/log/glusterfs/glusterd.log there',
  });
}

/** Runs a command that can leave a daemon behind. */
async function runAside(name: string, command: readonly string[], timeLimit: number): Promise<CommandResult> {
  const outputFile = `${makeRunDirectory()}/${name}.${process.pid}.out`;
  return await run(command, { timeLimit, outputFile, ownGroup: true });
}

function missingHere(): readonly string[] {
  const isHere = (tool: string): boolean => toolDirectories.some((directory) => existsSync(`${directory}/${tool}`));
  return Object.entries(tools).flatMap(([name, tool]) => (isHere(tool) ? [] : [name]));
}

function systemdRuns(): boolean {
  return existsSync('/run/systemd/system');
}

/** The version of a package that apt would install; null: it knows none, or there is no apt. */
async function candidateOf(name: string): Promise<string | null> {
  const printed = await orReason(async () => (await run(['apt-cache', 'policy', name])).stdout);
  return candidateIn(printed);
}

/** Reads `apt-cache policy NAME`. */
export function candidateIn(printed: string): string | null {
  const found = /^ {2}Candidate: (\S+)$/m.exec(printed)?.[1];
  return found === undefined || found === '(none)' ? null : found;
}
