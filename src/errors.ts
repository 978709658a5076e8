import { mountsDirectory } from './run-directory.ts';

/** The closed set of ways a command can fail, each with the exit status an administrator and Ganeti's log see. */
export const exitStatus = {
  internal: 1,
  usage: 2,
  invalid: 3,
  missing: 4,
  exists: 5,
  busy: 6,
  unavailable: 7,
  full: 8,
  environment: 9,
  failed: 10,
  unsupported: 11,
} as const;

export type FailureKind = keyof typeof exitStatus;

/** What each kind of failure means, for usage texts and the README. */
export const exitStatusMeaning: Readonly<Record<FailureKind, string>> = {
  internal: 'a fault of this program; the stack is shown',
  usage: 'wrong arguments',
  invalid: 'invalid variables, parameters or configuration; all problems are listed',
  missing: 'the image does not exist',
  exists: 'the name is taken by something else',
  busy: 'in use, or another operation is running',
  unavailable: 'the storage does not answer; trying again may help',
  full: 'no room',
  environment: 'a tool is missing, or not root',
  failed: 'a command failed',
  unsupported: 'not supported here',
};

export interface FailureDetails {
  /** The next thing to do, ideally a command to type. */
  readonly hint?: string;
  /** Every problem found, one sentence each, when there may be several. */
  readonly problems?: readonly string[];
  /** The system error that it was, such as EROFS. */
  readonly errno?: string;
  /** What was thrown where it happened: shown only to who asks for it, see debugVariable in reply.ts. */
  readonly cause?: unknown;
  /** The command that failed and the last lines it said. */
  readonly command?: { readonly argv: readonly string[]; readonly outcome: string; readonly output: string };
}

/** A failure that is explained to a person, as opposed to a fault of the program. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly kind: FailureKind;
  readonly details: FailureDetails;

  constructor(kind: FailureKind, sentence: string, details: FailureDetails = {}) {
    super(sentence, 'cause' in details ? { cause: details.cause } : undefined);
    this.kind = kind;
    this.details = details;
  }
}

const kindOfErrno: Readonly<Record<string, FailureKind>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'full',
  // What a FUSE client without its bricks, or without quorum, answers.
  ENOTCONN: 'unavailable',
  EIO: 'unavailable',
  ESTALE: 'unavailable',
  ETIMEDOUT: 'unavailable',
  EROFS: 'unavailable',
  // What is read from a volume has a kind that it should not have.
  EISDIR: 'exists',
  ELOOP: 'exists',
  ENOTDIR: 'exists',
  EACCES: 'environment',
  EPERM: 'environment',
};

const fullVolume = 'no space left on the volume';

const sentenceOfErrno: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left',
  EISDIR: 'there is a directory where a file should be',
  ELOOP: 'there is a symbolic link where a file should be',
  ENOTDIR: 'there is something else where a directory should be',
  ENOTCONN: 'the volume does not answer (no brick can be reached)',
  EROFS: 'the volume is read-only (set so, or without quorum)',
};

const hintOfErrno: Readonly<Record<string, string>> = {
  // A Gluster brick, for one, looks every five seconds how much is free, and refuses until then.
  ENOSPC: 'make room, wait ten seconds for the storage to notice, and try again',
};

/** The `code` of a system error such as ENOENT, or undefined for anything else. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** A system error with the path of the file that was written through a descriptor: Node does not know it then. */
export function withPath(error: unknown, path: string): unknown {
  return errnoOf(error) === undefined || pathOf(error) !== undefined ? error : Object.assign(Object(error), { path });
}

/** The path that a system error names, or undefined. */
function pathOf(error: unknown): string | undefined {
  return error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : undefined;
}

/**
 * The Failure of a file system of this node that is full. undefined for any other error, also one that names no path.
 */
function fullHere(errno: string, error: Error): Failure | undefined {
  const path = pathOf(error);
  if (kindOfErrno[errno] !== 'full' || path === undefined || path.startsWith(`${mountsDirectory}/`)) return undefined;
  const directory = path.slice(0, path.lastIndexOf('/')) || '/';
  return new Failure('full', `no space left on this node in ${directory}: ${error.message}`, {
    hint: `df --output=avail,iavail,target ${directory}`,
    cause: error,
  });
}

/** Turns any error into a Failure where a person can do something about it; undefined for a fault of the program. */
export function asFailure(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  const errno = errnoOf(error);
  const kind = errno === undefined ? undefined : kindOfErrno[errno];
  if (errno === undefined || kind === undefined || !(error instanceof Error)) return undefined;
  const here = fullHere(errno, error);
  if (here !== undefined) return here;
  const sentence = errno === 'ENOSPC' && pathOf(error) !== undefined ? fullVolume : sentenceOfErrno[errno];
  const hint = hintOfErrno[errno];
  const details = { errno, cause: error, ...(hint === undefined ? {} : { hint }) };
  return new Failure(kind, sentence === undefined ? error.message : `${sentence}: ${error.message}`, details);
}
