import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { Failure } from '#src/errors.ts';

export interface RunOptions {
  /** The whole environment of the command; left out: the machine's with LC_ALL=C. */
  readonly env?: Readonly<Record<string, string>>;
  /** The lab's directory, for a command that takes its time: `down` ends it when we were killed meanwhile. */
  readonly marker?: string;
  readonly input?: string | Uint8Array;
  readonly timeoutMs?: number;
  /** Is told each line of stdout at once. */
  readonly onLine?: (line: string) => void;
  /** Throw unless the exit code is 0: yes unless told. */
  readonly reject?: boolean;
}

export interface RunResult {
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

/** Runs a command to its end. stdin is empty unless `input` is given. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const result = await execa(command, args, {
    env: options.env ?? machineEnvironment(options.marker),
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    killSignal: 'SIGKILL',
    maxBuffer: 64 * 1024 * 1024,
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    ...(options.onLine === undefined ? {} : { stdout: toldTo(options.onLine) }),
  });
  if (result.code === 'ENOENT')
    throw new Failure('environment', `${command} is not installed: see test/lab/packages.txt`);
  const exitCode = result.exitCode ?? 128 + constants.signals[result.signal ?? 'SIGKILL'];
  const outcome = { exitCode, stdout: String(result.stdout), stderr: String(result.stderr), timedOut: result.timedOut };
  if (exitCode !== 0 && options.reject !== false) throw commandFailed([command, ...args], outcome);
  return outcome;
}

function toldTo(onLine: (line: string) => void) {
  return function* (line: unknown) {
    onLine(String(line));
    yield line;
  };
}

export function commandFailed(argv: readonly string[], result: RunResult): Failure {
  const how = result.timedOut ? 'ran into its time limit' : `exited with ${result.exitCode}`;
  const lines = `${result.stdout}\n${result.stderr}`.split('\n').filter((line) => line.trim() !== '');
  return new Failure('failed', [`${argv.join(' ').slice(0, 400)} ${how}`, ...lines.slice(-12)].join('\n  '));
}

/** Starts a process that outlives us; its stdout and stderr go to a file. */
export function startDetached(command: string, args: readonly string[], logFile: string, marker: string): void {
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

/** Asks again and again until there is an answer, or throws when the time is over. */
export async function poll<T>(
  what: string,
  timeoutMs: number,
  question: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const answer = await question();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Failure('failed', `waited ${Math.round(timeoutMs / 1000)} s in vain: ${what}`);
    await sleep(50);
  }
}
