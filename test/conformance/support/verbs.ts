import { expect } from 'vitest';
import { type Disk as AnyDisk, snapshotOf as copyOf, identity, newDisk as someDisk } from '#src/sanity/disk.ts';
import { type Attachment, splitAttach } from '#src/sanity/outcome.ts';
import { type CallOptions, call, type Outcome } from './caller.ts';

export { identity };

/** A disk with the parameters that its calls get. */
export interface Disk extends AnyDisk {
  readonly parameters?: Readonly<Record<string, string>>;
}

/** A disk that does not exist yet, with the kind of name Ganeti makes. */
export function newDisk(parameters: Readonly<Record<string, string>> = {}): Disk {
  return { ...someDisk(), parameters };
}

/** The verbs with the variables that Ganeti passes to each. */
export const run = {
  create: (disk: Disk, mebibytes: number, options?: CallOptions) =>
    call('create', { ...identity(disk), VOL_SIZE: String(mebibytes) }, withParameters(disk, options)),
  attach: (disk: Disk, options?: CallOptions) => call('attach', identity(disk), withParameters(disk, options)),
  detach: (disk: Disk, options?: CallOptions) => call('detach', identity(disk), withParameters(disk, options)),
  remove: (disk: Disk, options?: CallOptions) => call('remove', identity(disk), withParameters(disk, options)),
  grow: (disk: Disk, from: number, to: number, options?: CallOptions) =>
    call(
      'grow',
      { ...identity(disk), VOL_SIZE: String(from), VOL_NEW_SIZE: String(to) },
      withParameters(disk, options),
    ),
  setinfo: (disk: Disk, text: string, options?: CallOptions) =>
    call('setinfo', { ...identity(disk), VOL_METADATA: text }, withParameters(disk, options)),
  snapshot: (disk: Disk, copy: Disk, mebibytes: number, options?: CallOptions) =>
    call('snapshot', snapshotVariables(disk, copy, mebibytes), withParameters(disk, options)),
  open: (disk: Disk, exclusive = true, options?: CallOptions) =>
    call(
      'open',
      { ...identity(disk), VOL_OPEN_EXCLUSIVE: exclusive ? 'True' : 'False' },
      withParameters(disk, options),
    ),
  close: (disk: Disk, options?: CallOptions) => call('close', identity(disk), withParameters(disk, options)),
};

/** Ganeti tells neither UUID nor label of a disk it copies. */
export function snapshotVariables(disk: Disk, copy: Disk, mebibytes: number): Readonly<Record<string, string>> {
  return { VOL_NAME: disk.name, VOL_SNAPSHOT_NAME: copy.name, VOL_SNAPSHOT_SIZE: String(mebibytes) };
}

/** The copy of a disk that a backup makes. */
export function snapshotOf(disk: Disk): Disk {
  return { ...disk, ...copyOf(disk) };
}

/** The outcome of a verb that must have worked. */
export async function done(outcome: Promise<Outcome>): Promise<Outcome> {
  const result = await outcome;
  expect(result.exitCode, result.said).toBe(0);
  return result;
}

/** Attaches a disk, which must work, and returns where it is. */
export async function attach(disk: Disk, options?: CallOptions): Promise<Attachment> {
  const { stdout } = await done(run.attach(disk, options));
  if (stdout === '') throw new Error(`attach says that there is no ${disk.name}`);
  // Not as lenient as Ganeti: what is printed has no line end at its end.
  return splitAttach(stdout);
}

/** Makes a disk and attaches it; returns its block device. */
export async function attachedNew(disk: Disk, mebibytes: number, options?: CallOptions): Promise<string> {
  await done(run.create(disk, mebibytes, options));
  return (await attach(disk, options)).device;
}

function withParameters(disk: Disk, options: CallOptions = {}): CallOptions {
  return { ...options, parameters: { ...disk.parameters, ...options.parameters } };
}
