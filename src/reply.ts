import { writeSync } from 'node:fs';
import { asFailure, exitStatus, type Failure } from './errors.ts';

/** Ganeti shows the operator the last 20 lines of what a verb said; a failure stays well below. */
const mostLines = 16;

/** Writes to standard output at once. Not process.stdout: loading it costs more than the whole write. */
export function print(text: string): void {
  writeAll(1, text);
}

/** One line for the person who reads Ganeti's log of this verb. */
export function note(text: string): void {
  writeAll(2, `${text}\n`);
}

/** Describes an error on standard error and returns the exit status that belongs to it. */
export function reportFailure(program: string, error: unknown): number {
  const failure = asFailure(error);
  if (failure === undefined) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    note(`${program}: internal error: ${stack}`.split('\n').slice(0, mostLines).join('\n'));
    return exitStatus.internal;
  }
  note(failureLines(program, failure).join('\n'));
  return exitStatus[failure.kind];
}

/** The lines that explain a failure: the sentence, every problem, the command that failed, and last the hint. */
export function failureLines(program: string, failure: Failure): readonly string[] {
  const { problems = [], command, hint } = failure.details;
  const lines = [`${program}: ${failure.message}`];
  const room = mostLines - 1 - (hint === undefined ? 0 : 1);
  const listed = problems.length > room ? problems.slice(0, room - 1) : problems;
  lines.push(...listed.map((problem) => `  - ${problem}`));
  if (listed.length < problems.length) lines.push(`  - and ${problems.length - listed.length} more`);
  if (command !== undefined) {
    lines.push(`command: ${command.argv.join(' ')} (${command.outcome})`);
    const said = command.output
      .trimEnd()
      .split('\n')
      .filter((line) => line !== '');
    const left = Math.max(0, mostLines - lines.length - 1);
    lines.push(...said.slice(Math.max(0, said.length - left)).map((line) => `  ${line}`));
  }
  if (hint !== undefined) lines.push(`hint: ${hint}`);
  return lines;
}

function writeAll(descriptor: number, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') continue;
      // Nobody listens any more: what was done stays done, and the exit status still tells.
      if (descriptor === 2) return;
      throw error;
    }
  }
}
