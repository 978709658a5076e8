import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome as OutcomeOfVerb } from '#src/sanity/outcome.ts';
import { node } from './lab.ts';
import { providerDirectory, providerParameters, type Verb } from './provider.ts';

export interface CallOptions {
  /** Parameters of the disk on top of those of the test run. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** What the node daemon has in its environment: Ganeti hands it down. Nothing unless told. */
  readonly daemon?: Readonly<Record<string, string>>;
  /** That of Ganeti's daemons unless told. */
  readonly umask?: '022' | '077';
  /** Ganeti gives none. */
  readonly args?: readonly string[];
  /** A program to run the verb with, such as strace. */
  readonly wrapper?: readonly string[];
  /** Pipes for attach and a log file for the others, unless told. */
  readonly output?: 'pipes' | 'log';
  readonly timeLimit?: number;
}

/** How a call ended, and how many seconds it took. */
export type Outcome = Omit<OutcomeOfVerb, 'verb'> & { readonly seconds: number };

const usualTimeLimit = 90_000;

/**
 * Runs a verb as Ganeti does: by its absolute path, in the provider's directory, with standard input closed. Returns
 * only at the end of its outputs; throws when that takes longer than the time limit, as for a daemon that keeps them
 * open.
 */
export async function call(
  verb: Verb,
  variables: Readonly<Record<string, string>>,
  options: CallOptions = {},
): Promise<Outcome> {
  const { umask = '077', output = verb === 'attach' ? 'pipes' : 'log', timeLimit = usualTimeLimit } = options;
  const log = `/var/log/ganeti/extstorage/${verb}-${randomUUID()}.log`;
  const script = output === 'pipes' ? 'umask "$1"; shift 2; exec "$@" <&-' : loggedScript;
  const start = performance.now();
  const argv = ['sh', '-c', script, 'sh', umask, log, ...commandLine(verb, variables, options)];
  const running = node().exec(argv, { cwd: providerDirectory, timeLimit, reject: false });
  // Whoever inherited its outputs is not ended by the time limit.
  const result = await Promise.race([running, sleep(timeLimit + 1000, { timedOut: true } as const, { ref: false })]);
  const seconds = (performance.now() - start) / 1000;
  if (result.timedOut) throw new Error(`${verb} kept its caller waiting for more than ${timeLimit / 1000} s`);
  const said = output === 'pipes' ? result.stderr : result.stdout;
  return { exitCode: result.exitCode, stdout: output === 'pipes' ? result.stdout : '', said, seconds };
}

const loggedScript =
  'umask "$1"; log=$2; shift 2; "$@" <&- >"$log" 2>&1; status=$?; cat "$log"; rm "$log"; exit $status';

/** The command that runs a verb with exactly the environment Ganeti gives it. */
export function commandLine(
  verb: Verb,
  variables: Readonly<Record<string, string>>,
  { parameters = {}, daemon = {}, args = [], wrapper = [] }: CallOptions = {},
): readonly string[] {
  const extp = Object.entries({ ...providerParameters, ...parameters }).map(
    ([name, value]) => [`EXTP_${name.toUpperCase()}`, value] as const,
  );
  const environment = { ...daemon, LC_ALL: 'C', ...Object.fromEntries(extp), ...variables };
  const assignments = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return ['/usr/bin/env', '-i', ...assignments, ...wrapper, `${providerDirectory}/${verb}`, ...args];
}
