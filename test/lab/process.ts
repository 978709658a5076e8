import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { execa } from 'execa';
import { Failure } from '#src/errors.ts';
import { waitFor } from '#src/wait.ts';

/** How a command is run on the machine. */
export interface CommandOptions {
  /** The whole environment of the command; left out: the machine's with LC_ALL=C. */
  readonly env?: Readonly<Record<string, string>>;
  /** The lab's directory, for a command that takes its time: `down` ends it when we were killed meanwhile. */
  readonly marker?: string;
  /** What it reads from standard input: nothing unless told. */
  readonly input?: string | Uint8Array;
  /** Milliseconds after which it is killed. */
  readonly timeLimit?: number;
  /** Is told each line of stdout at once. */
  readonly onLine?: (line: string) => void;
}

/** How a command ended: 128 and the number of the signal where one ended it. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/**
 * Everything a lab starts on the machine carries this variable, with the lab's directory as its value: it is how the
 * processes of a lab whose launcher was killed are found again.
 */
export const markerVariable = 'GANETI_GLUSTER_LAB';

/** What commands on the machine get: its own environment, in English, with the directories of root's tools. */
export function machineEnvironment(marker?: string): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && name !== markerVariable) env[name] = value;
  }
  env.LC_ALL = 'C';
  env.PATH = `${env.PATH ?? '/usr/bin:/bin'}:/usr/local/sbin:/usr/sbin:/sbin`;
  if (marker !== undefined) env[markerVariable] = marker;
  return env;
}

/**
 * Runs a command without a shell and reports how it ended. What it has from the machine, such as a proxy, and the time
 * that it takes are not ours to limit, as src/exec.ts does. Throws a Failure only when the command is not installed.
 */
export async function run(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [command = '', ...args] = argv;
  const result = await execa(command, args, {
    env: options.env ?? machineEnvironment(options.marker),
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    killSignal: 'SIGKILL',
    maxBuffer: 64 * 1024 * 1024,
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
    ...(options.timeLimit === undefined ? {} : { timeout: options.timeLimit }),
    ...(options.onLine === undefined ? {} : { stdout: toldTo(options.onLine) }),
  });
  if (result.code === 'ENOENT')
    throw new Failure('environment', `${command} is not installed: see test/lab/packages.txt`);
  const exitCode = result.exitCode ?? 128 + constants.signals[result.signal ?? 'SIGKILL'];
  return { exitCode, stdout: String(result.stdout), stderr: String(result.stderr), timedOut: result.timedOut };
}

/** Runs a command that must succeed and returns its standard output. Throws a Failure of kind failed otherwise. */
export async function mustRun(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const result = await run(argv, options);
  if (result.exitCode !== 0) throw commandFailed(argv, result);
  return result.stdout;
}

function toldTo(onLine: (line: string) => void) {
  return function* (line: unknown) {
    onLine(String(line));
    yield line;
  };
}

/** The Failure that shows a command and the last lines it said. */
export function commandFailed(argv: readonly string[], result: CommandResult): Failure {
  const how = result.timedOut ? 'ran into its time limit' : `exited with ${result.exitCode}`;
  const lines = `${result.stdout}\n${result.stderr}`.split('\n').filter((line) => line.trim() !== '');
  return new Failure('failed', [`${argv.join(' ').slice(0, 400)} ${how}`, ...lines.slice(-12)].join('\n  '));
}

/** Starts a process that outlives us; its stdout and stderr go to a file. */
export function startDetached(argv: readonly string[], logFile: string, marker: string): void {
  const [command = '', ...args] = argv;
  const log = openSync(logFile, 'a', 0o600);
  try {
    const child = spawn(command, args, {
      cwd: '/',
      detached: true,
      env: machineEnvironment(marker),
      stdio: ['ignore', log, log],
    });
    // A process that cannot be started shows as a time-out of whoever waits for it, and in this file.
    child.on('error', () => undefined);
    child.unref();
  } finally {
    closeSync(log);
  }
}

/** Asks again and again until there is an answer. Throws a Failure of kind failed after so many milliseconds. */
export async function poll<Answer>(
  what: string,
  timeLimit: number,
  question: () => Promise<Answer | undefined> | Answer | undefined,
): Promise<Answer> {
  const answer = await waitFor(question, (found) => found !== undefined, timeLimit);
  if (answer !== undefined) return answer;
  throw new Failure('failed', `waited ${Math.round(timeLimit / 1000)} s in vain: ${what}`);
}
