import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { commandInside, type LabNode } from '../lab/node.ts';
import type { Entry, Here, Question, Ran, Root } from './protocol.ts';

/** A node that answers. One question at a time is asked; the others wait. */
export interface Remote {
  /** Runs a program with nothing but this environment. */
  readonly run: (argv: readonly string[], environment?: Readonly<Record<string, string>>) => Promise<Ran>;
  /** Runs a script that must work. */
  readonly shell: (script: string, ...args: readonly string[]) => Promise<string>;
  readonly tree: (roots: readonly Root[]) => Promise<readonly Entry[]>;
  readonly write: (file: string, offset: number, mark: number) => Promise<void>;
  readonly read: (file: string, offsets: readonly number[]) => Promise<readonly number[]>;
  readonly put: (file: string, text: string) => Promise<void>;
  readonly here: () => Promise<Here>;
  readonly end: () => Promise<void>;
}

const driver = path.join(import.meta.dirname, 'driver.ts');

/** What a root login has. */
export const loginEnvironment = { LC_ALL: 'C', PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };

/** Starts a driver in a lab's node; `wrapper` is a command that takes one as its last arguments. */
export function startRemote(node: LabNode, wrapper: readonly string[] = []): Remote {
  if (node.pid === undefined) throw new Error(`${node.name} is off`);
  const [command = '', ...args] = commandInside(node.pid, [...wrapper, process.execPath, driver]);
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ask = asker(child);
  const run = async (argv: readonly string[], environment = {}): Promise<Ran> =>
    await ask<Ran>({ ask: 'run', argv, environment });
  return {
    run,
    shell: async (script, ...rest) => {
      const { exitCode, stdout, stderr } = await run(['/bin/sh', '-euc', script, 'sh', ...rest], loginEnvironment);
      if (exitCode !== 0) throw new Error(`exit ${exitCode}: ${script} ${rest.join(' ')}: ${stderr}`);
      return stdout;
    },
    tree: async (roots) => await ask({ ask: 'tree', roots }),
    write: async (file, offset, mark) => await ask({ ask: 'write', path: file, offset, mark }),
    read: async (file, offsets) => await ask({ ask: 'read', path: file, offsets }),
    put: async (file, text) => await ask({ ask: 'put', path: file, text }),
    here: async () => await ask({ ask: 'here' }),
    end: async () => {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.stdin?.end();
      if (child.exitCode === null && child.signalCode === null) await ended;
    },
  };
}

type Ask = <Answer>(question: Question) => Promise<Answer>;

function asker(child: ChildProcess): Ask {
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('a driver without pipes');
  const waiting: { readonly resolve: (line: string) => void; readonly reject: (error: Error) => void }[] = [];
  const lost = new Error('the driver of a node has ended');
  createInterface({ input: stdout }).on('line', (line) => waiting.shift()?.resolve(line));
  child.on('close', () => {
    for (const { reject } of waiting.splice(0)) reject(lost);
  });
  return async (question) => {
    const line = await new Promise<string>((resolve, reject) => {
      if (child.exitCode !== null || child.signalCode !== null) return reject(lost);
      waiting.push({ resolve, reject });
      stdin.write(`${JSON.stringify(question)}\n`);
    });
    const { result, error } = JSON.parse(line);
    if (error !== undefined) throw new Error(String(error));
    return result;
  };
}
