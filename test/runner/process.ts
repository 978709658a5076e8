import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Process } from '../lab/processes.ts';
import { descendantsOf, killAll } from './descendants.ts';
import { markOf, stepVariable, takeAway } from './leftovers.ts';

/** How long what runs may take to end by itself after it was told to stop. */
const graceMilliseconds = 5000;

/** The process groups that run, and the step for which each does. */
const running = new Map<number, string>();
let stopping = false;

/** What came of a command: its exit code (127 if it could not start) and its output, empty if that was shown live. */
export interface Outcome {
  readonly exitCode: number;
  readonly output: string;
}

/**
 * Where the output of a command goes: to ours at once, line by line with something before each line, or to the caller.
 */
export type Output = 'live' | 'kept' | { readonly prefix: string };

/** Runs a command of a step in its own process group, so that it and all it starts can be stopped together. */
export function run(step: string, argv: readonly [string, ...string[]], output: Output): Promise<Outcome> {
  const [command, ...args] = argv;
  const pipe = output === 'live' ? 'inherit' : 'pipe';
  const child = spawn(command, args, {
    detached: true,
    env: { ...process.env, [stepVariable]: markOf(step) },
    stdio: ['ignore', pipe, pipe],
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    if (typeof output === 'object') createInterface(stream).on('line', (line) => console.log(output.prefix + line));
    else stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  }
  const group = child.pid;
  if (group !== undefined) running.set(group, step);
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ exitCode: 127, output: `${error.message}\n` }));
    child.on('close', (code) => {
      // Nobody may go on to the next command.
      if (stopping) return;
      if (group !== undefined) running.delete(group);
      resolve({ exitCode: code ?? 1, output: Buffer.concat(chunks).toString() });
    });
  });
}

/**
 * From now on SIGINT, SIGTERM and SIGHUP stop what runs, with all that it started and its labs, and end this process as
 * a signal would. A second signal does not keep that from being done.
 */
export function stopOnSignal(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, async () => {
      if (stopping) return;
      stopping = true;
      await stopAll();
      process.exit(128 + constants.signals[signal]);
    });
  }
}

async function stopAll(): Promise<void> {
  const deadline = Date.now() + graceMilliseconds;
  const all = new Map<string, Process>();
  const collect = (): void => {
    // Remembered while their parents live: later nobody knows whose they were.
    for (const found of descendantsOf(process.pid)) all.set(`${found.pid} ${found.start}`, found);
  };
  collect();
  for (const group of running.keys()) tell(-group, 'SIGTERM');
  while (descendantsOf(process.pid).length > 0 && Date.now() < deadline) {
    collect();
    await sleep(50);
  }
  collect();
  await killAll([...all.values()]);
  for (const step of new Set(running.values())) await takeAway(step);
}

function tell(group: number, signal: 'SIGTERM'): void {
  try {
    process.kill(group, signal);
  } catch {
    // It has ended in the meantime.
  }
}
