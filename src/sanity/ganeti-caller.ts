import { existsSync, mkdirSync } from 'node:fs';
import { Failure } from '../errors.ts';
import { run } from '../exec.ts';
import { parseObject, textField } from '../files.ts';
import type { VerbName } from '../verbs.ts';
import { type CallOptions, type CallSite, throwIfLate, throwIfStopped, usualDaemon, type Variables } from './caller.ts';
import { runChild } from './child.ts';
import { ganetiScript } from './ganeti-script.ts';
import type { Outcome } from './outcome.ts';

const python = '/usr/bin/python3';

/** The version of the Ganeti that is installed here, or undefined when there is none whose code can be used. */
export async function ganetiVersion(): Promise<string | undefined> {
  if (!existsSync(python) || !existsSync('/usr/share/ganeti/default')) return undefined;
  const { exitCode, stdout } = await run([python, '-B', '-c', ganetiScript]);
  return exitCode === 0 ? stdout.trim().replaceAll('"', '') : undefined;
}

/** Runs a verb by Ganeti's own code: what that refuses or cannot read is a failure of the verb. */
export async function callThroughGaneti(
  { provider, scratch, timeLeft, signal }: CallSite,
  verb: VerbName,
  variables: Variables,
  { daemon = usualDaemon, umask = 0o077 }: CallOptions = {},
): Promise<Outcome> {
  throwIfStopped(signal);
  const logs = `${scratch}/log`;
  mkdirSync(logs, { recursive: true });
  const request = [provider.path, logs, verb, JSON.stringify(provider.parameters), JSON.stringify(variables)];
  const timeLimit = timeLeft();
  const options = { environment: daemon, directory: '/', umask, scratch, output: 'pipes', timeLimit } as const;
  const ended = await runChild([python, '-B', '-c', ganetiScript, ...request], options);
  throwIfLate(verb, ended.timedOut, ended.holders, timeLimit);
  const answer = parseObject(ended.stdout);
  if (answer === undefined || typeof answer.exitCode !== 'number')
    throw new Failure('failed', `Ganeti's own code failed: ${ended.stderr.trim().split('\n').at(-1)}`);
  const [stdout, said] = [textField(answer, 'stdout') ?? '', textField(answer, 'said') ?? ''];
  return { verb, exitCode: answer.exitCode, stdout, said };
}
