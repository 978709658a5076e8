import { readFileSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { Failure } from '#src/errors.ts';
import { cacheDirectory, filesDirectory, labsDirectory, nodeAddress, nodeName, projectDirectory } from './layout.ts';
import { attachedFiles, detachLost, devicesOfNode } from './loops.ts';
import { plugIn } from './network.ts';
import { type CommandOptions, type CommandResult, commandFailed, poll, run, startDetached } from './process.ts';
import { isMarked, killAndWait, pidFromFile, readIfThere } from './processes.ts';
import { readState } from './state.ts';

/** How a command is run in a node. */
export interface ExecOptions extends Pick<CommandOptions, 'input' | 'timeLimit'> {
  /** The whole environment of the command, exactly; left out: a root login's. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Whether an exit code other than 0 throws: yes unless told. */
  readonly reject?: boolean;
}

/** A node of a lab, on or off. */
export interface LabNode {
  /** `node1`; `fqdn` is `node1.lab`. */
  readonly name: string;
  readonly fqdn: string;
  readonly address: string;
  /** Where the node's disk is: upper, work, bricks, log. */
  readonly directory: string;
  /** Process 1 of the node as the machine sees it; undefined while the node is off. */
  readonly pid: number | undefined;
  /** Runs a command in the node. Only a time-out, or an exit code with `reject`, throws. */
  exec(argv: readonly string[], options?: ExecOptions): Promise<CommandResult>;
  /** Cuts the power. Bricks and file system stay, loop devices and everything in /run and /tmp is lost. */
  kill(): Promise<void>;
  /** Switches it on again, with glusterd, sshd and Ganeti's daemons if it is in a cluster. */
  boot(): Promise<void>;
}

const rootLogin: Readonly<Record<string, string>> = {
  HOME: '/root',
  LANG: 'C.UTF-8',
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
};

/** The node of this number of the lab in a directory. It need not be there yet. */
export function labNode(lab: string, number: number): LabNode {
  const name = nodeName(number);
  const directory = `${lab}/${name}`;
  return {
    name,
    fqdn: `${name}.lab`,
    address: nodeAddress(number),
    directory,
    get pid() {
      return pidFromFile(`${directory}/pid`, lab);
    },
    exec: (argv, options = {}) => execIn(name, pidFromFile(`${directory}/pid`, lab), argv, options),
    kill: () => cutPower(lab, directory),
    boot: () => bootNode(lab, number),
  };
}

/** The machine's command line for a command inside the node whose process 1 is `pid`. */
export function commandInside(
  pid: number,
  argv: readonly string[],
  options: Pick<ExecOptions, 'env' | 'cwd' | 'timeLimit'> = {},
): readonly string[] {
  const environment = Object.entries(options.env ?? rootLogin).map(([name, value]) => `${name}=${value}`);
  const limit = options.timeLimit === undefined ? [] : limitedTo(options.timeLimit);
  const enter = ['nsenter', '-t', String(pid), '-m', '-u', '-i', '-n', '-p', '--'];
  return [...enter, ...limit, '/usr/bin/env', '-i', '-C', options.cwd ?? '/', ...environment, ...argv];
}

/** nsenter's child survives nsenter, so the time limit has to be inside. */
function limitedTo(milliseconds: number): readonly string[] {
  return ['/usr/bin/timeout', '-s', 'KILL', String(milliseconds / 1000)];
}

async function execIn(
  name: string,
  pid: number | undefined,
  argv: readonly string[],
  options: ExecOptions,
): Promise<CommandResult> {
  if (pid === undefined) throw new Failure('missing', `${name} is off`);
  const start = Date.now();
  const { timeLimit, input } = options;
  const result = await run(commandInside(pid, argv, options), {
    ...(input === undefined ? {} : { input }),
    ...(timeLimit === undefined ? {} : { timeLimit: timeLimit + 2000 }),
  });
  const killed = timeLimit !== undefined && result.exitCode === 137 && Date.now() - start >= timeLimit;
  const outcome = { ...result, timedOut: result.timedOut || killed };
  if (options.reject !== false && outcome.exitCode !== 0) throw commandFailed([`${name}:`, ...argv], outcome);
  return outcome;
}

async function cutPower(lab: string, directory: string): Promise<void> {
  const pid = pidFromFile(`${directory}/pid`, lab);
  if (pid === undefined) return;
  const devices = await devicesOfNode(pid);
  await killAndWait([pid]);
  await bricksReleased(directory);
  await detachLost(devices);
}

/** A brick's file system must not be mounted twice: waits for the mounts of a killed node to go. */
async function bricksReleased(directory: string): Promise<void> {
  await poll(`the bricks in ${directory} are unmounted`, 30_000, () =>
    [...attachedFiles().values()].some((file) => file.startsWith(`${directory}/bricks/`)) ? undefined : true,
  );
}

async function bootNode(lab: string, number: number): Promise<void> {
  const directory = `${lab}/${nodeName(number)}`;
  const log = `${directory}/log`;
  if (pidFromFile(`${directory}/pid`, lab) !== undefined) return;
  const hub = pidFromFile(`${lab}/hub.pid`, lab);
  const base = readState(basename(lab))?.base;
  if (hub === undefined || base === undefined) throw new Failure('missing', `the lab in ${lab} does not run`);
  await bricksReleased(directory);
  rmSync(`${directory}/pid`, { force: true });
  rmSync(`${directory}/status`, { force: true });

  const enter = ['nsenter', '-t', String(hub), '-m', '-p', '--', 'unshare', '-m', '-u', '-i', '-n', '-p', '-f', '--'];
  const script = ['sh', `${filesDirectory}/node.sh`, directory, `${nodeName(number)}.lab`, base, labsDirectory];
  startDetached([...enter, ...script, projectDirectory, cacheDirectory], log, lab);
  const pid = await poll(`${nodeName(number)} starts, see ${log}`, 60_000, () => runningNode(lab, directory));
  await plugIn(hub, pid, number);
  await execIn(nodeName(number), pid, ['sh', '-c', readFileSync(`${filesDirectory}/services.sh`, 'utf8')], {
    timeLimit: 60_000,
  });
}

function runningNode(lab: string, directory: string): number | undefined {
  const pid = Number(readIfThere(`${directory}/pid`)?.trim());
  if (!Number.isInteger(pid) || pid < 2) return undefined;
  if (readIfThere(`${directory}/status`)?.includes('ready') === true) return pid;
  if (!isMarked(pid, lab))
    throw new Failure('failed', `${directory}: ${readIfThere(`${directory}/log`)?.slice(-800) ?? ''}`);
  return undefined;
}
