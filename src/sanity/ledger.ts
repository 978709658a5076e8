import type { VerbName } from '../verbs.ts';
import type { Variables } from './caller.ts';
import type { VerbCalls } from './context.ts';
import { type Disk, newDisk, snapshotOf } from './disk.ts';
import { parseAttach } from './outcome.ts';

/** The disks that a rule may have made. */
export interface Ledger {
  /** A disk with a random name of its own. */
  readonly disk: () => Disk;
  readonly disks: (count: number) => readonly Disk[];
  /** The disk that a backup makes of a disk. */
  readonly copyOf: (disk: Disk) => Disk;
  /** One more disk. */
  readonly add: (disk: Disk) => Disk;
  /** Remembers a call, so that it can be undone. */
  readonly note: (verb: VerbName, variables: Variables) => void;
  /** The disks that may be there. */
  readonly made: () => readonly Disk[];
}

export function newLedger(): Ledger {
  const disks: Disk[] = [];
  const names = new Set<string | undefined>();
  const add = (disk: Disk): Disk => {
    disks.push(disk);
    return disk;
  };
  return {
    disk: () => add(newDisk()),
    disks: (count) => Array.from({ length: count }, () => add(newDisk())),
    copyOf: (disk) => add(snapshotOf(disk)),
    add,
    note: (verb, variables) => {
      if (verb === 'create') names.add(variables.VOL_NAME);
      if (verb === 'snapshot') names.add(variables.VOL_SNAPSHOT_NAME);
    },
    made: () => disks.filter(({ name }) => names.has(name)),
  };
}

/**
 * Closes, detaches and removes all disks of a ledger that may be there, the last first, and returns the names of those
 * that are still there.
 */
export async function cleanUp(ledger: Ledger, run: VerbCalls): Promise<readonly string[]> {
  const left: string[] = [];
  for (const disk of [...ledger.made()].reverse()) if (!(await removed(disk, run))) left.push(disk.name);
  return left;
}

async function removed(disk: Disk, run: VerbCalls): Promise<boolean> {
  try {
    await run.close(disk);
    await run.detach(disk);
    if ((await run.remove(disk)).exitCode === 0) return true;
    // It may have said no because the disk was not there.
    const { exitCode, stdout } = await run.attach(disk);
    return exitCode !== 0 || parseAttach(stdout) === undefined;
  } catch {
    // A verb that hangs: the rule says so.
    return false;
  }
}
