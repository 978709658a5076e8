import { createConnection, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '#src/errors.ts';
import { waitFor } from '#src/wait.ts';
import type { Lab } from './lab.ts';

/** The serial console of an instance, as it is read from now on. */
export interface Console {
  /** All complete lines so far. A line may be torn or missing where the guest moved from one node to another. */
  readonly lines: readonly string[];
  /** The number of lines so far: for `after`. */
  mark(): number;
  /**
   * The first line at or after `after` (0 unless told) that matches; throws when the time is over, with the last lines.
   */
  waitFor(pattern: RegExp, options?: { readonly after?: number; readonly timeLimit?: number }): Promise<ConsoleLine>;
  /** The last record the guest acknowledged: 0 if none. */
  lastRecord(): number;
  /** Waits until the guest acknowledged `count` records more than now. Returns the last. */
  waitForRecords(count: number, timeLimit?: number): Promise<number>;
  /** What the guest found wrong with its disks: must be empty. */
  failures(): readonly string[];
  close(): void;
}

/** A line of a console that was looked for. */
export interface ConsoleLine {
  readonly text: string;
  readonly index: number;
  readonly match: RegExpExecArray;
}

const recordLine = /^records ok up to (\d+)/;

/**
 * Reads the serial console of an instance on whatever node it runs, from now on and until closed. QEMU keeps nothing
 * for a reader that comes late and serves one reader at a time: so watch before the start, and once.
 */
export function watchConsole(lab: Lab, instance: string): Console {
  const lines: string[] = [];
  const stop = new AbortController();
  void follow(lab, instance, stop.signal, (line) => lines.push(line));

  const lastRecord = (): number => Number(lines.findLast((line) => recordLine.test(line))?.match(recordLine)?.[1] ?? 0);
  const watched: Console = {
    lines,
    mark: () => lines.length,
    waitFor: async (pattern, { after = 0, timeLimit = 60_000 } = {}) => {
      const found = await waitFor(
        () => findLine(lines, pattern, after),
        (found) => found !== undefined,
        timeLimit,
      );
      if (found !== undefined) return found;
      const tail = lines.slice(-8).map((line) => `\n  ${line}`);
      throw new Failure('failed', `${instance} printed no ${pattern} in ${timeLimit / 1000} s:${tail.join('')}`);
    },
    lastRecord,
    waitForRecords: async (count, timeLimit = 60_000) => {
      const wanted = lastRecord() + count;
      const last = await waitFor(lastRecord, (record) => record >= wanted, timeLimit);
      if (last >= wanted) return last;
      throw new Failure('failed', `${instance} came to record ${last} instead of ${wanted}`);
    },
    failures: () => lines.filter((line) => line.includes('FAILED') || line.includes('I/O error')),
    close: () => {
      stop.abort();
    },
  };
  return watched;
}

function findLine(lines: readonly string[], pattern: RegExp, after: number): ConsoleLine | undefined {
  for (const [index, text] of lines.entries()) {
    const match = index < after ? null : new RegExp(pattern.source, pattern.flags.replace('g', '')).exec(text);
    if (match !== null) return { text, index, match };
  }
  return undefined;
}

/** During a migration both nodes have a console; the one we have is read to its end. */
async function follow(lab: Lab, instance: string, stop: AbortSignal, onLine: (line: string) => void): Promise<void> {
  while (!stop.aborted) {
    for (const { pid } of lab.nodes) {
      if (pid === undefined || stop.aborted) continue;
      // The node's own /run, through its process 1.
      const path = `/proc/${pid}/root/run/ganeti/kvm-hypervisor/ctrl/${instance}.serial`;
      await readToEnd(path, stop, onLine);
    }
    await sleep(50);
  }
}

async function readToEnd(path: string, stop: AbortSignal, onLine: (line: string) => void): Promise<void> {
  let rest = '';
  await new Promise<void>((resolve) => {
    const socket: Socket = createConnection({ path });
    const end = (): void => {
      socket.destroy();
      resolve();
    };
    stop.addEventListener('abort', end, { once: true });
    socket.setEncoding('utf8');
    socket.on('data', (data) => {
      const parts = `${rest}${data}`.split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) onLine(part.replace(/\r/g, ''));
    });
    // No such socket: the instance is not on this node.
    socket.on('error', end);
    socket.on('close', () => {
      stop.removeEventListener('abort', end);
      resolve();
    });
  });
  if (rest !== '') onLine(rest);
}
