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

/** Splits what attach printed as Ganeti does: at line ends, nothing stripped. */
export function splitAttach(stdout: string): Attachment {
  const [device = '', ...addresses] = stdout.split('\n');
  return { device, addresses };
}

/**
 * Reads what attach printed. An `echo` leaves one empty address at the end, which does no harm and is left out.
 * undefined when there is neither a device nor an address: no such image.
 */
export function parseAttach(stdout: string): Attachment | undefined {
  const { device, addresses } = splitAttach(stdout);
  const given = addresses.at(-1) === '' ? addresses.slice(0, -1) : addresses;
  return device === '' && given.length === 0 ? undefined : { device, addresses: given };
}
