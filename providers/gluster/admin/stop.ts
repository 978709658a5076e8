const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Does work that a signal may stop: it is told by `isStopped`, and ends by itself, so that it leaves nothing open. */
export async function untilStopped<Result>(work: (isStopped: () => boolean) => Promise<Result>): Promise<Result> {
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  for (const signal of signals) process.once(signal, onSignal);
  try {
    return await work(() => stop.signal.aborted);
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}
