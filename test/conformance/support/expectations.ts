import { expect } from 'vitest';
import type { Outcome } from './caller.ts';

/** What Ganeti shows of a failed verb. */
const shownLines = 20;

/**
 * A verb that said no: not with 0, with a reason an operator sees whole, and with nothing where the device would be.
 */
export function expectRefusal(outcome: Outcome, exitCode?: number, ...reasons: readonly RegExp[]): void {
  if (exitCode === undefined) expect(outcome.exitCode, outcome.said).not.toBe(0);
  else expect(outcome.exitCode, outcome.said).toBe(exitCode);
  expect(outcome.stdout).toBe('');
  expect(outcome.said).not.toBe('');
  expect(outcome.said).not.toMatch(/internal error|^ {4}at /m);
  expect(outcome.said.trimEnd().split('\n').length).toBeLessThanOrEqual(shownLines);
  for (const reason of reasons) expect(outcome.said).toMatch(reason);
}
