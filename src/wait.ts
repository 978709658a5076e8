import { setTimeout as sleep } from 'node:timers/promises';

const usualLimit = 15_000;

/** Asks again and again until an answer is good, for so many milliseconds; returns the last one. */
export async function waitFor<Value>(
  look: () => Value | Promise<Value>,
  good: (value: Value) => boolean,
  milliseconds = usualLimit,
): Promise<Value> {
  const end = Date.now() + milliseconds;
  for (;;) {
    const value = await look();
    if (good(value) || Date.now() > end) return value;
    await sleep(50);
  }
}
