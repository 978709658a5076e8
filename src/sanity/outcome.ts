import type { VerbName } from '../verbs.ts';

/** How a call of a verb ended. */
export interface Outcome {
  readonly verb: VerbName;
  readonly exitCode: number;
  /** Empty with a log file, which has both outputs. */
  readonly stdout: string;
  /** What an operator can read: standard error, or the log file. */
  readonly said: string;
}

export interface Attachment {
  /** Empty when the provider gives only addresses. */
  readonly device: string;
  /** One of `hypervisor:uri` each. */
  readonly addresses: readonly string[];
}

/**
 * Reads what attach printed as Ganeti does: split at line ends, nothing stripped. An `echo` leaves one empty address at
 * the end, which does no harm. undefined when there is neither a device nor an address: no such image.
 */
export function parseAttach(stdout: string): Attachment | undefined {
  const lines = stdout.split('\n');
  const [device = '', ...addresses] = lines.at(-1) === '' ? lines.slice(0, -1) : lines;
  return device === '' && addresses.length === 0 ? undefined : { device, addresses };
}
