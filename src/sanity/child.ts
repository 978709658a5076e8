import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, rmSync } from 'node:fs';
import { constants as system } from 'node:os';
import { usersOf } from '../tools/processes.ts';
import { type Output, openEmptyPipe, openLog, openPipe, takeFifos } from './pipes.ts';

export interface ChildOptions {
  /** The whole environment, exactly. */
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly umask: number;
  /** An existing directory for files that are gone again when this is done. */
  readonly scratch: string;
  /**
   * Two pipes that are read to their ends, or one file that gets both outputs and is read when the process has ended.
   */
  readonly output: 'pipes' | 'file';
  /** Milliseconds after which it is killed with its process group. */
  readonly timeLimit: number;
}

export interface ChildResult {
  /** As a shell tells it: 128 and the number of the signal for a process that was killed. */
  readonly exitCode: number;
  readonly stdout: string;
  /** With a file: all that was said. */
  readonly stderr: string;
  /** It was killed at its time limit. */
  readonly timedOut: boolean;
  /** The processes that had a pipe open at the time limit although the child had ended: Ganeti would wait for them. */
  readonly holders: readonly string[];
}

const groups = new Set<number>();

/** Kills everything that was started here and still runs. */
export function killChildren(): void {
  for (const group of groups) killGroup(group);
}

/**
 * Starts a program as Ganeti's utils.RunCmd does, without a shell: standard input is a pipe that nobody writes to, the
 * outputs are pipes or a log file. Node's own pipes are sockets, and a script that writes to /dev/stderr cannot open
 * those: these are FIFOs that have lost their names. Returns when the process has ended and its pipes are at their
 * ends.
 */
export async function runChild(argv: readonly string[], options: ChildOptions): Promise<ChildResult> {
  const pipes = options.output === 'pipes';
  const [fifo, ...fifos] = await takeFifos(options.scratch, pipes ? 3 : 1);
  const log = `${options.scratch}/${randomUUID()}.log`;
  try {
    const input = openEmptyPipe(fifo);
    const outputs = pipes ? fifos.map(openPipe) : [openLog(log)];
    const descriptors = [input, ...outputs.map(({ writer }) => writer)];
    const child = start(argv, options, descriptors);
    for (const descriptor of descriptors) closeSync(descriptor);
    const [last, first] = [...outputs].reverse();
    const ended = await endOf(child, outputs, options.timeLimit);
    return { ...ended, stdout: first?.text() ?? '', stderr: last?.text() ?? '' };
  } finally {
    for (const path of [fifo, ...fifos, log]) rmSync(path, { force: true });
  }
}

/** Node has no umask for a child: it inherits ours, which is another for no longer than this call. */
function start(argv: readonly string[], options: ChildOptions, descriptors: readonly number[]): ChildProcess {
  const [file = '', ...args] = argv;
  const [input, stdout, stderr = stdout] = descriptors;
  const ours = process.umask(options.umask);
  try {
    const { environment: env, directory: cwd } = options;
    return spawn(file, args, { env: { ...env }, cwd, detached: true, stdio: [input, stdout, stderr] });
  } finally {
    process.umask(ours);
  }
}

async function endOf(
  child: ChildProcess,
  outputs: readonly Output[],
  timeLimit: number,
): Promise<Omit<ChildResult, 'stdout' | 'stderr'>> {
  const group = child.pid;
  let timedOut = false;
  let holders: readonly string[] = [];
  const timer = setTimeout(() => {
    timedOut = child.exitCode === null && child.signalCode === null;
    if (timedOut && group !== undefined) killGroup(group);
    else holders = usersOf((open) => outputs.some(({ path }) => open.startsWith(path)));
    for (const output of outputs) output.giveUp();
  }, timeLimit);
  if (group !== undefined) groups.add(group);
  try {
    const exitCode = await Promise.race([exitCodeOf(child), unkillable(timeLimit)]);
    await Promise.all(outputs.map(({ end }) => end));
    return { exitCode, timedOut, holders };
  } finally {
    clearTimeout(timer);
    if (group !== undefined) groups.delete(group);
  }
}

function exitCodeOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    // It could not be started at all: what a shell would say.
    child.once('error', () => resolve(127));
    child.once('exit', (code, signal) => resolve(code ?? 128 + system.signals[signal ?? 'SIGKILL']));
  });
}

/** A process in state D does not die; nobody is to wait for it. */
function unkillable(timeLimit: number): Promise<number> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(128 + system.signals.SIGKILL), timeLimit + 5000).unref();
  });
}

function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // It has ended in the meantime.
  }
}
