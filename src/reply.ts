import { writeSync } from 'node:fs';
import { asFailure, errnoOf, exitStatus, Failure } from './errors.ts';
import { visible } from './quote.ts';

/** Ganeti shows the operator the last 20 lines of what a verb said; a failure stays well below. */
const mostLines = 16;

/** Set to anything, it has a failure show where it came from: the stack of it and of its causes. */
export const debugVariable = 'GANETI_EXTSTORAGE_DEBUG';

/** What the shell calls the end of a program that wrote where nobody reads: 128 and the number of SIGPIPE. */
const brokenPipe = 141;

/** Nobody reads standard output any more, as after `| head -1`. What was done stays done. */
class ReaderIsGone extends Error {}

/**
 * Writes to standard output at once. Not process.stdout: loading it costs more than the whole write. Throws what
 * reportFailure says nothing of when nobody reads it any more.
 */
export function print(text: string): void {
  writeAll(1, text);
}

/** Passes on what a process that works for this one wrote to its standard output or standard error, as it is. */
export function passOn(descriptor: 1 | 2, bytes: Buffer): void {
  writeAll(descriptor, bytes);
}

/** Lines for the person who reads Ganeti's log of this verb, or a terminal: nothing in them acts on that. */
export function note(text: string): void {
  writeAll(2, `${visible(text)}\n`);
}

/** What a provider knows to do about a failure; it goes before the hint that the failure came with. */
export type HintOf = (failure: Failure) => string | undefined;

/** Describes an error on standard error and returns the exit status that belongs to it. */
export function reportFailure(program: string, error: unknown, hintOf: HintOf = () => undefined): number {
  if (error instanceof ReaderIsGone) return brokenPipe;
  const failure = asFailure(error);
  if (failure === undefined) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    note(`${program}: internal error: ${stack}`.split('\n').slice(0, mostLines).join('\n'));
    return exitStatus.internal;
  }
  const hint = hintOf(failure);
  const told = hint === undefined ? failure : new Failure(failure.kind, failure.message, { ...failure.details, hint });
  note(failureLines(program, told).join('\n'));
  if (![undefined, ''].includes(process.env[debugVariable])) note(stacksOf(failure).join('\n'));
  return exitStatus[failure.kind];
}

/** The stack of an error and of each cause that it has. */
function stacksOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  return [`debug: ${error.stack ?? error.message}`, ...stacksOf(error.cause)];
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

function writeAll(descriptor: number, output: string | Buffer): void {
  let rest = typeof output === 'string' ? Buffer.from(output) : output;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') continue;
      // Nobody listens any more: what was done stays done, and the exit status still tells.
      if (descriptor === 2) return;
      // A socket says the second of these to whoever waited for room in it.
      if (['EPIPE', 'ECONNRESET'].includes(errnoOf(error) ?? '')) throw new ReaderIsGone();
      throw error;
    }
  }
}
