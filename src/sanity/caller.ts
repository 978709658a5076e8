import type { VerbName } from '../verbs.ts';
import { runChild } from './child.ts';
import { Deviation, NotApplicable } from './deviation.ts';
import type { Outcome } from './outcome.ts';
import type { ProviderDirectory } from './provider-directory.ts';

export type Variables = Readonly<Record<string, string>>;

export interface CallOptions {
  /** What the node daemon has in its environment, which Ganeti hands down; that of a Debian node unless told. */
  readonly daemon?: Variables;
  /** That of Ganeti's daemons unless told. */
  readonly umask?: number;
  /** Ganeti gives none. */
  readonly args?: readonly string[];
  /** Pipes for attach and a log file for the others, unless told. */
  readonly output?: 'pipes' | 'file';
}

/** Where and how long calls are made. */
export interface CallSite {
  readonly provider: ProviderDirectory;
  /** A directory for files that nobody else sees. */
  readonly scratch: string;
  /** Milliseconds that are left. */
  readonly timeLeft: () => number;
  /** No call is begun once this says so. */
  readonly signal?: AbortSignal;
}

/** What systemd gives ganeti-noded. */
export const usualDaemon: Variables = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin', LANG: 'C.UTF-8' };

/** ganeti/utils/process.py, SetupDaemonEnv. */
const usualUmask = 0o077;

/**
 * Runs a verb as Ganeti does (extstorage.py, _ExtStorageAction): by its absolute path, without arguments, in the
 * provider's directory, with standard input closed. A verb the provider lacks is one that did nothing, as for Ganeti.
 * Throws a Deviation when it takes longer than there is time, or leaves somebody with its outputs.
 */
export async function callVerb(
  { provider, scratch, timeLeft, signal }: CallSite,
  verb: VerbName,
  variables: Variables,
  options: CallOptions = {},
): Promise<Outcome> {
  throwIfStopped(signal);
  if (!provider.verbs.includes(verb)) return { verb, exitCode: 0, stdout: '', said: '' };
  const { daemon = usualDaemon, umask = usualUmask, args = [] } = options;
  const output = options.output ?? (verb === 'attach' ? 'pipes' : 'file');
  const environment = { ...daemon, LC_ALL: 'C', ...parameterVariables(provider), ...variables };
  const timeLimit = timeLeft();
  const site = { environment, directory: provider.path, umask, scratch, output, timeLimit };
  const ended = await runChild([`${provider.path}/${verb}`, ...args], site);
  throwIfLate(verb, ended.timedOut, ended.holders, timeLimit);
  return { verb, exitCode: ended.exitCode, stdout: ended.stdout, said: ended.stderr };
}

/** Ends a rule between two calls. */
export function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new NotApplicable('stopped by a signal');
}

/** The Deviation of a verb that would keep Ganeti waiting. */
export function throwIfLate(verb: string, timedOut: boolean, holders: readonly string[], timeLimit: number): void {
  const limit = `${Math.round(timeLimit / 1000)} s`;
  if (timedOut) throw new Deviation(`${verb} did not end within ${limit} and was killed; Ganeti would wait for ever`);
  if (holders.length > 0)
    throw new Deviation(
      `${verb} left ${holders.join(', ')} with its standard output or error open for ${limit}; Ganeti reads to the end`,
    );
}

function parameterVariables({ parameters }: ProviderDirectory): Variables {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [`EXTP_${name.toUpperCase()}`, value]));
}
