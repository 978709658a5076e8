import { quote } from '../quote.ts';
import type { Outcome } from './outcome.ts';

/** A provider did not keep a rule. The message is for the provider's author. */
export class Deviation extends Error {
  override readonly name = 'Deviation';
}

/** A rule cannot be checked with this provider; the message is the reason. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable';
}

/** What Ganeti shows of a failed verb. */
export const shownLines = 20;

/** A verb must have succeeded. Returns its outcome. */
export async function done(outcome: Outcome | Promise<Outcome>): Promise<Outcome> {
  const result = await outcome;
  if (result.exitCode !== 0) throw new Deviation(`${result.verb} exited with ${result.exitCode}${words(result)}`);
  return result;
}

/** A verb must have failed: exit status 0 means to Ganeti that it is done. `when` completes "succeeded ...". */
export async function refused(outcome: Outcome | Promise<Outcome>, when: string): Promise<Outcome> {
  const result = await outcome;
  if (result.exitCode === 0) throw new Deviation(`${result.verb} exited with 0 ${when}`);
  return result;
}

/** A verb must have refused the value of a variable, by its name. */
export async function refusedFor(outcome: Promise<Outcome>, variable: string, value: string): Promise<void> {
  const { verb, said } = await refused(outcome, `for ${variable}=${quote(value)}`);
  must(said.includes(variable), `${verb} does not name ${variable}, which is ${quote(value)}, but says ${quote(said)}`);
}

/** Two values must be the same; `what` names the first. */
export function same<Value extends string | number | boolean>(what: string, actual: Value, expected: Value): void {
  if (actual !== expected) throw new Deviation(`${what}: expected ${expected}, found ${actual}`);
}

/** A condition must hold; `otherwise` says what is wrong. */
export function must(condition: boolean, otherwise: string): void {
  if (!condition) throw new Deviation(otherwise);
}

function words({ said, stdout }: Outcome): string {
  const lines = `${stdout}${said}`.split('\n').filter((line) => line.trim() !== '');
  // The reason may stand first, as above a stack, or last.
  const shown = lines.length > 4 ? [...lines.slice(0, 2), ...lines.slice(-2)] : lines;
  return lines.length === 0 ? ' and said nothing' : `: ${shown.map(quote).join(' ')}`;
}
