import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Failure } from '#src/errors.ts';
import { labDirectory, labsDirectory } from './layout.ts';
import { lives, processOf } from './processes.ts';
import { isSuite, type Suite } from './suites.ts';

/** What is on disk about a lab. `ready` is written last: a lab without it is half made. */
export interface LabState {
  readonly name: string;
  readonly nodes: number;
  readonly ganeti: boolean;
  readonly suite: Suite;
  /** The directory its nodes are laid over. */
  readonly base: string;
  readonly ready: boolean;
}

/** The state of a lab; undefined when there is none, or one that another version of this program wrote. */
export function readState(name: string): LabState | undefined {
  const file = `${labDirectory(name)}/state.json`;
  if (!existsSync(file)) return undefined;
  return parseState(readFileSync(file, 'utf8'));
}

/** Writes the state of a lab at once: nobody reads half of it. */
export function writeState(state: LabState): void {
  const file = `${labDirectory(state.name)}/state.json`;
  writeFileSync(`${file}.new`, `${JSON.stringify(state)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function parseState(text: string): LabState | undefined {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null) return undefined;
  const { name, nodes, ganeti, suite, base, ready } = value as Record<string, unknown>;
  if (typeof name !== 'string' || typeof nodes !== 'number') return undefined;
  if (typeof suite !== 'string' || !isSuite(suite) || typeof base !== 'string') return undefined;
  return { name, nodes, ganeti: ganeti === true, suite, base, ready: ready === true };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The names of all labs that left something on disk. */
export function labNames(): readonly string[] {
  if (!existsSync(labsDirectory)) return [];
  return readdirSync(labsDirectory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** Runs `action` while no other process brings this lab up or down. The lock of a killed process is not respected. */
export async function whileLocked<T>(name: string, action: () => Promise<T>): Promise<T> {
  const file = `${labDirectory(name)}.lock`;
  takeLock(name, file);
  try {
    return await action();
  } finally {
    rmSync(file, { force: true });
  }
}

function takeLock(name: string, file: string): void {
  const ours = `${process.pid} ${processOf(process.pid)?.start ?? ''}`;
  for (let attempt = 0; attempt < 10; attempt++) {
    try {
      // Whoever takes the last lab down removes this directory.
      mkdirSync(labsDirectory, { recursive: true, mode: 0o700 });
      writeFileSync(file, ours, { flag: 'wx', mode: 0o600 });
      return;
    } catch {
      const [pid = '0', start] = (existsSync(file) ? readFileSync(file, 'utf8') : '').split(' ');
      if (start !== undefined && lives({ pid: Number(pid), start })) {
        throw new Failure('busy', `process ${pid} is bringing the lab "${name}" up or down: wait for it`);
      }
      rmSync(file, { force: true });
    }
  }
  throw new Failure('busy', `the lock ${file} cannot be taken`);
}
