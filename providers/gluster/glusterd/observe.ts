import { asFailure } from '#src/errors.ts';
import { pendingHeals } from './heal.ts';
import type { Observed } from './health.ts';
import type { Peer } from './peers.ts';
import { volumeStatus } from './status.ts';
import type { Volume } from './volumes.ts';

/** What is known of a volume now. What is not known is told as a sentence in its place. */
export async function observe(volume: Volume, peers: readonly Peer[]): Promise<Observed> {
  const { name, started, copies } = volume;
  const status = started ? await orReason(() => volumeStatus(name)) : undefined;
  const pending = started && copies > 1 ? await orReason(() => pendingHeals(name)) : undefined;
  return { volume, status, pending, peers };
}

/** What a question finds, or the sentence of its Failure. */
export async function orReason<Found>(ask: () => Promise<Found>): Promise<Found | string> {
  try {
    return await ask();
  } catch (error) {
    const failure = asFailure(error);
    if (failure === undefined) throw error;
    return failure.message;
  }
}
