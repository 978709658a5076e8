import { randomUUID } from 'node:crypto';
import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { mustRun } from '../exec.ts';

/** Where a child writes to, and what it wrote. */
export interface Output {
  readonly path: string;
  /** What the child gets. */
  readonly writer: number;
  readonly text: () => string;
  /** Settles at the end of the output. */
  readonly end: Promise<unknown>;
  readonly giveUp: () => void;
}

/** More of an output than this is thrown away. */
const mostOutput = 1024 * 1024;

/** FIFOs that nobody has used, by their directory: one process makes many. */
const spareFifos = new Map<string, string[]>();
const fifosAtOnce = 30;

/** The paths of FIFOs that nobody else gets. Throws a Failure when they cannot be made. */
export async function takeFifos(scratch: string, count: number): Promise<readonly [string, ...string[]]> {
  const spare = spareFifos.get(scratch) ?? [];
  spareFifos.set(scratch, spare);
  if (spare.length < count) {
    const made = Array.from({ length: fifosAtOnce }, () => `${scratch}/${randomUUID()}.fifo`);
    await mustRun(['mkfifo', '-m', '600', ...made]);
    spare.push(...made);
  }
  const [first = '', ...others] = spare.splice(0, count);
  return [first, ...others];
}

/** A pipe that had a writer and has it no more: without that, poll(2) sees no end of it. */
export function openEmptyPipe(path: string): number {
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  closeSync(openSync(path, constants.O_WRONLY));
  return reader;
}

/** A pipe that is read to its end while the child writes to it. */
export function openPipe(path: string): Output {
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY);
  const socket = new Socket({ fd: reader, readable: true, writable: false });
  const chunks: Buffer[] = [];
  let size = 0;
  socket.on('data', (chunk) => {
    size += chunk.length;
    if (size <= mostOutput) chunks.push(chunk);
  });
  const end = new Promise((resolve) => {
    socket.once('close', resolve);
  });
  return { path, writer, text: () => Buffer.concat(chunks).toString(), end, giveUp: () => socket.destroy() };
}

/** A log file, which has no end to wait for. */
export function openLog(path: string): Output {
  const writer = openSync(path, 'ax', 0o600);
  return { path, writer, text: () => readFileSync(path, 'utf8'), end: Promise.resolve(), giveUp: () => undefined };
}
