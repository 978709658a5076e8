import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { Failure } from '#src/errors.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** How many values a property is tried with; `npm run test:faults` takes many more. */
export const propertyRuns = Number(process.env.PROPERTY_RUNS ?? 500);

/** The Failure an action ends with; any other end is the test's failure. */
export async function failureOf(action: () => unknown): Promise<Failure> {
  try {
    await action();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

/** A directory that goes away with the test. */
export function scratchDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'unit-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export interface Ended {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A Node process of its own that does not outlive the test. */
export function startNode(args: readonly string[]): ReturnType<typeof runProgram> {
  return runProgram(process.execPath, args);
}

/** A program with the project's root as its directory; it is killed when the test is finished. */
export function runProgram(
  file: string,
  args: readonly string[],
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const child = spawn(file, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    said.stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said.stderr += chunk.toString();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, ...said }));
  });
  return { child, ended };
}

/** A Node process that runs some lines of a module, with the project's root as its directory. */
export function startModule(lines: string, ...args: readonly string[]): ReturnType<typeof startNode> {
  return startNode(['--input-type=module', '--eval', lines, ...args]);
}

/** Waits until something is so, and fails when it does not come about in time. */
export async function until(what: string, isSo: () => boolean, patience = 8000): Promise<void> {
  const end = Date.now() + patience;
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`not within ${patience} ms: ${what}`);
    await sleep(10);
  }
}
