import { secondsSince } from '../../build/seconds.ts';

/** Is told each finished step, as one line of text. */
export type Progress = (line: string) => void;

/** Returns a function that reports a finished step together with the seconds since the last one and since the start. */
export function stopwatch(progress: Progress | undefined): (what: string) => void {
  const start = performance.now();
  return (what) => {
    progress?.(`${secondsSince(start).padStart(7)}  ${what}`);
  };
}
