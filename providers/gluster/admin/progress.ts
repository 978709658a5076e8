import type { SingleBar } from 'cli-progress';
import type { Copied } from '#gluster/glusterd/healing.ts';
import { note } from '#src/reply.ts';
import { formatBytes } from '#src/units.ts';

/** How far copying is, for a person. */
export interface Progress {
  /** Takes what is shown away while something else is told. */
  readonly aside: (tell: () => void) => void;
  readonly show: (copied: Copied) => void;
  readonly end: () => void;
}

/** So many parts of the whole have a line each where there is no terminal. */
const parts = 10;

/** Shows how much of something is copied: a bar on a terminal, and a line for each tenth anywhere else. */
export async function progressOf(what: string, isTerminal = process.stderr.isTTY): Promise<Progress> {
  return isTerminal ? await barOf(what) : linesOf(what);
}

async function barOf(what: string): Promise<Progress> {
  const { SingleBar: Bar } = await import('cli-progress');
  let bar: SingleBar | undefined;
  const end = (): void => {
    bar?.stop();
    bar = undefined;
  };
  return {
    // The next look shows it again.
    aside: (tell) => {
      end();
      tell();
    },
    show: ({ done, all }) => {
      const words = { what, done: formatBytes(done), all: formatBytes(all) };
      if (bar === undefined) {
        const format = '{what}: {bar} {done} of {all}';
        bar = new Bar({ format, stream: process.stderr, clearOnComplete: true, hideCursor: null, barsize: 30 });
        bar.start(all, done, words);
      } else {
        bar.setTotal(all);
        bar.update(done, words);
      }
    },
    end,
  };
}

function linesOf(what: string): Progress {
  let told = 0;
  return {
    aside: (tell) => tell(),
    show: ({ done, all }) => {
      const part = Math.floor((done / all) * parts);
      // Less than before: it is another copy.
      if (part > told && part < parts) note(`${what}: ${formatBytes(done)} of ${formatBytes(all)} copied`);
      told = part;
    },
    end: () => undefined,
  };
}
