import { writeSync } from 'node:fs';
import { secondsSince } from '../../../build/seconds.ts';

/** Says one line at once, whatever reporter vitest has: what takes minutes has to be watched. */
export function say(line: string): void {
  writeSync(2, `    ${line}\n`);
}

/** Does something, and says what it was and how many seconds it took. */
export async function timed<T>(what: string, action: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const seconds = (): string => secondsSince(start).padStart(7);
  try {
    const result = await action();
    say(`${seconds()}  ${what}`);
    return result;
  } catch (error) {
    say(`${seconds()}  ${what}  FAILED`);
    throw error;
  }
}
