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
  const last = hint === undefined ? [] : [oneLine(`hint: ${hint}`)];
  const first = [
    oneLine(`${program}: ${failure.message}`),
    ...(command === undefined ? [] : [oneLine(`command: ${command.argv.join(' ')} (${command.outcome})`)]),
  ];
  const room = mostLines - first.length - last.length;
  const listed = shorten(problems.flatMap(linesOf), room, '  - ');
  const said = command === undefined ? [] : linesOf(command.output).slice(-Math.max(1, room - listed.length));
  const output = listed.length < room ? said.map((line) => `  ${line}`) : [];
  const [sentence = '', ...commandLine] = first;
  return [sentence, ...listed, ...commandLine, ...output, ...last];
}

function shorten(lines: readonly string[], room: number, mark: string): readonly string[] {
  const shown = lines.length > room ? lines.slice(0, room - 1) : lines;
  const rest = lines.length - shown.length;
  return [...shown.map((line) => `${mark}${line}`), ...(rest > 0 ? [`${mark}and ${rest} more`] : [])];
}

function linesOf(text: string): readonly string[] {
  return text.split(/[\r\n]+/).filter((line) => line.trim() !== '');
}

function oneLine(text: string): string {
  return linesOf(text).join(' ');
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
