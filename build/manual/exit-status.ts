import { exitStatus, exitStatusMeaning, type FailureKind } from '#src/errors.ts';
import { type Entry, type Lines, macro, section, tagged } from './mdoc.ts';
import { phrase, prose } from './prose.ts';

/** The section EXIT STATUS; `one` is said instead of what status 1 means elsewhere. */
export function exitStatusSection(one = exitStatusMeaning.internal): Lines {
  const kinds = Object.keys(exitStatus) as readonly FailureKind[];
  const entries = kinds.map((kind) => entry(exitStatus[kind], kind === 'internal' ? one : exitStatusMeaning[kind]));
  return section(
    'EXIT STATUS',
    tagged([entry(0, 'done, or nothing left to do'), ...entries]),
    prose(
      'Standard error shows an error as one sentence. What to do next follows after the word `hint`, and then the command that failed.',
    ),
  );
}

function entry(status: number, meaning: string): Entry {
  return { head: macro('Li', String(status)), body: phrase(meaning) };
}
