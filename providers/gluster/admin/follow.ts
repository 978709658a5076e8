import type { Follow } from '#gluster/glusterd/healing.ts';
import { note } from '#src/reply.ts';
import { progressOf } from './progress.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Does long work on something, such as `volume NAME`. How far it is goes to standard error. A signal does not end it:
 * it is told of that, and ends by itself, so that it leaves nothing open.
 */
export async function followed<Result>(what: string, work: (follow: Follow) => Promise<Result>): Promise<Result> {
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  const progress = await progressOf(what);
  // Not once: while a command runs, execa ends this process at a signal that nobody else listens to.
  for (const signal of signals) process.on(signal, onSignal);
  try {
    const tell = (line: string): void => progress.aside(() => note(`${what}: ${line}`));
    return await work({ tell, show: progress.show, isStopped: () => stop.signal.aborted });
  } finally {
    progress.end();
    for (const signal of signals) process.off(signal, onSignal);
  }
}
