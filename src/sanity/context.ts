import { quote } from '../quote.ts';
import type { Mebibytes } from '../units.ts';
import type { VerbName } from '../verbs.ts';
import { hashOf, isBlockDevice, type Pattern, sizeOf, write } from './block-device.ts';
import { type CallOptions, type CallSite, callVerb, type Variables } from './caller.ts';
import { Deviation, done, NotApplicable } from './deviation.ts';
import { type Disk, identity } from './disk.ts';
import type { Ledger } from './ledger.ts';
import { type Attachment, type Outcome, parseAttach } from './outcome.ts';
import type { ProviderDirectory } from './provider-directory.ts';

/** The verbs with the variables that Ganeti passes to each. */
export interface VerbCalls {
  readonly create: (disk: Disk, size: Mebibytes, options?: CallOptions) => Promise<Outcome>;
  readonly attach: (disk: Disk, options?: CallOptions) => Promise<Outcome>;
  readonly detach: (disk: Disk, options?: CallOptions) => Promise<Outcome>;
  readonly remove: (disk: Disk, options?: CallOptions) => Promise<Outcome>;
  readonly grow: (disk: Disk, from: Mebibytes, to: Mebibytes, options?: CallOptions) => Promise<Outcome>;
  readonly setinfo: (disk: Disk, text: string, options?: CallOptions) => Promise<Outcome>;
  readonly snapshot: (disk: Disk, copy: Disk, size: Mebibytes, options?: CallOptions) => Promise<Outcome>;
  readonly open: (disk: Disk, exclusive?: boolean, options?: CallOptions) => Promise<Outcome>;
  readonly close: (disk: Disk, options?: CallOptions) => Promise<Outcome>;
}

/** What a rule has to work with. */
export interface Context {
  readonly provider: ProviderDirectory;
  /** The size of its disks; every size is a multiple of it. */
  readonly size: Mebibytes;
  readonly scratch: string;
  /** Names for disks, which are detached and removed after the rule. */
  readonly ledger: Ledger;
  readonly run: VerbCalls;
  /** Calls a verb with any variables; always direct. */
  readonly call: (verb: VerbName, variables: Variables, options?: CallOptions) => Promise<Outcome>;
  /** Attaches a disk, which must work. */
  readonly attach: (disk: Disk, options?: CallOptions) => Promise<Attachment>;
  /** Attaches a disk and returns its block device; not applicable to a provider that gives none. */
  readonly device: (disk: Disk) => Promise<string>;
  /** Makes a disk and attaches it; of the usual size unless told. */
  readonly newDevice: (disk: Disk, size?: Mebibytes) => Promise<string>;
  readonly write: (device: string, pattern: Pattern, offset?: Mebibytes) => Promise<void>;
  /** Some MiB of a device must be a pattern; `what` names them. */
  readonly expectData: (what: string, device: string, pattern: Pattern, offset?: Mebibytes) => Promise<void>;
  readonly expectSize: (what: string, device: string, size: Mebibytes) => Promise<void>;
}

/** The verbs, each called with the variables that Ganeti gives it. */
export function verbCalls(call: Context['call']): VerbCalls {
  return {
    create: (disk, size, options) => call('create', { ...identity(disk), VOL_SIZE: String(size) }, options),
    attach: (disk, options) => call('attach', identity(disk), options),
    detach: (disk, options) => call('detach', identity(disk), options),
    remove: (disk, options) => call('remove', identity(disk), options),
    grow: (disk, from, to, options) =>
      call('grow', { ...identity(disk), VOL_SIZE: String(from), VOL_NEW_SIZE: String(to) }, options),
    setinfo: (disk, text, options) => call('setinfo', { ...identity(disk), VOL_METADATA: text }, options),
    // Ganeti tells neither UUID nor label of a disk it copies.
    snapshot: ({ name }, copy, size, options) =>
      call('snapshot', { VOL_NAME: name, VOL_SNAPSHOT_NAME: copy.name, VOL_SNAPSHOT_SIZE: String(size) }, options),
    // Python's str(bool).
    open: (disk, exclusive = true, options = {}) =>
      call('open', { ...identity(disk), VOL_OPEN_EXCLUSIVE: exclusive ? 'True' : 'False' }, options),
    close: (disk, options) => call('close', identity(disk), options),
  };
}

/** The context of one rule; the calls of `run` are made by `caller`. */
export function newContext(site: CallSite, size: Mebibytes, ledger: Ledger, caller: typeof callVerb): Context {
  const { provider, scratch } = site;
  const callBy =
    (by: typeof callVerb): Context['call'] =>
    (verb, variables, options) => {
      ledger.note(verb, variables);
      return by(site, verb, variables, options);
    };
  const call = callBy(callVerb);
  const run = verbCalls(callBy(caller));
  const attach: Context['attach'] = async (disk, options) => {
    const { stdout } = await done(run.attach(disk, options));
    const attachment = parseAttach(stdout);
    if (attachment === undefined) throw new Deviation('attach printed neither a device nor an address');
    return attachment;
  };
  const device: Context['device'] = async (disk) => {
    const attachment = await attach(disk);
    if (attachment.device === '') throw new NotApplicable('attach gives no block device');
    // Else dd would make a file of that name.
    if (!isBlockDevice(attachment.device))
      throw new Deviation(`attach printed ${quote(attachment.device)}, which is no block device`);
    return attachment.device;
  };
  return {
    ...{ provider, size, scratch, ledger, run, call, attach, device },
    newDevice: async (disk, wanted = size) => {
      await done(run.create(disk, wanted));
      return await device(disk);
    },
    write: (path, pattern, offset) => write(path, pattern, scratch, offset),
    expectData: async (what, path, pattern, offset) => {
      const found = await hashOf(path, pattern.bytes.length / 1024 ** 2, scratch, offset);
      if (found !== pattern.hash) throw new Deviation(`${what} is not what was written (${path})`);
    },
    expectSize: async (what, path, wanted) => {
      const found = await sizeOf(path);
      if (found !== wanted) throw new Deviation(`${what} has ${found} MiB, not ${wanted} (${path})`);
    },
  };
}
