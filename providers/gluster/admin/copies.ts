import { Failure } from '#src/errors.ts';
import type { CommandInput } from './command.ts';

/** What the commands take that can make a pool with fewer copies than three. */
export const fewCopies = {
  'accept-few-copies': 'take 2 copies or 1, although a failure can then stop guests or lose data',
} as const;

/** What fewer copies than three mean. */
export const dangers: Readonly<Record<number, string>> = {
  1: 'with 1 copy the data is gone with its disk',
  2: 'with 2 copies guests can read what is old after their nodes did not see each other',
};

/** How many copies the volumes of a pool are to have. Throws a Failure of kind usage for what none can have. */
export function copiesIn({ options }: CommandInput): number {
  const text = options.copies ?? '3';
  if (/^[123]$/.test(text)) return Number(text);
  throw new Failure('usage', `--copies is 1, 2 or 3, and not ${text}`);
}
