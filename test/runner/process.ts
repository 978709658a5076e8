import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';

/** How long a child may take to clean up after it was told to stop: a lab has mounts and daemons to undo. */
const graceMilliseconds = 60_000;

const running = new Set<number>();
let stopping = false;

/** What came of a command: its exit code (127 if it could not start) and its output, empty if that was shown live. */
export type Outcome = { readonly code: number; readonly output: string };

/**
 * Where the output of a command goes: to ours at once, line by line with something before each line, or to the caller.
 */
export type Output = 'live' | 'kept' | { readonly prefix: string };

/** Runs a command of its own process group, so that it and all it starts can be stopped together. */
export function run(argv: readonly [string, ...string[]], output: Output): Promise<Outcome> {
  const [command, ...args] = argv;
  const pipe = output === 'live' ? 'inherit' : 'pipe';
  const child = spawn(command, args, { detached: true, stdio: ['ignore', pipe, pipe] });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    if (typeof output === 'object') createInterface(stream).on('line', (line) => console.log(output.prefix + line));
    else stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  }
  const group = child.pid;
  if (group !== undefined) running.add(group);
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: 127, output: `${error.message}\n` }));
    child.on('close', (code) => {
      if (group !== undefined) running.delete(group);
      // Nobody may go on to the next command.
      if (stopping) return;
      resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() });
    });
  });
}

/** From now on SIGINT, SIGTERM and SIGHUP stop what runs, wait for it, and end this process as a signal would. */
export function stopOnSignal(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      stopping = true;
      const deadline = Date.now() + graceMilliseconds;
      signalAll('SIGTERM');
      setInterval(() => {
        if (running.size === 0 || Date.now() > deadline) {
          signalAll('SIGKILL');
          process.exit(128 + constants.signals[signal]);
        }
      }, 50);
    });
  }
}

function signalAll(signal: 'SIGTERM' | 'SIGKILL'): void {
  for (const group of running) {
    try {
      process.kill(-group, signal);
    } catch {
      // It has ended in the meantime.
    }
  }
}
