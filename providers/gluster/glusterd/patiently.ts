import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '#src/errors.ts';

/** For how many milliseconds a command waits for another one, and how often it asks. */
const patience = 60_000;
const turn = 1000;

/** What glusterd says when another command has the lock of a volume or of the pool. */
const isLocked = /another transaction is in progress|locking failed|is locked/i;

/** Asks glusterd again while another command has the lock. Throws the Failure of the last time. */
export async function patiently<Answer>(ask: () => Promise<Answer>, limit = patience): Promise<Answer> {
  const end = performance.now() + limit;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Failure) || !isLocked.test(error.message) || performance.now() > end) throw error;
    }
    await sleep(turn);
  }
}
