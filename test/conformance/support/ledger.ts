import { afterEach, expect } from 'vitest';
import { lines } from './lab.ts';
import { type Disk, newDisk, run } from './verbs.ts';

/** What a test made, and how to undo it. */
export interface Ledger {
  /** A disk with a name of its own; detached and removed after the test, also when it fails. */
  disk(parameters?: Readonly<Record<string, string>>): Disk;
  disks(count: number): readonly Disk[];
  /** One more name that is to be detached and removed. */
  add(disk: Disk): Disk;
  /** Something else to undo, last first. */
  later(undo: () => Promise<unknown>): void;
}

/**
 * A ledger for every test of a file. After the test all is undone, and then nothing may be left: no loop device of one
 * of the disks, nor what `leftovers` finds.
 */
export function useLedger(leftovers: () => Promise<readonly string[]> = async () => []): Ledger {
  let undos: (() => Promise<unknown>)[] = [];
  let names: string[] = [];
  const addAll = (disks: readonly Disk[]): readonly Disk[] => {
    names.push(...disks.map(({ name }) => name));
    undos.push(() => Promise.all(disks.map(removeCompletely)));
    return disks;
  };
  const add = (disk: Disk): Disk => {
    addAll([disk]);
    return disk;
  };

  afterEach(async () => {
    const failures: unknown[] = [];
    for (const undo of undos.reverse()) await undo().catch((error: unknown) => failures.push(error));
    const left = [...(await loopDevicesOf(names)), ...(await leftovers())];
    undos = [];
    names = [];
    expect({ failures, left }).toEqual({ failures: [], left: [] });
  });

  return {
    disk: (parameters) => add(newDisk(parameters)),
    disks: (count) => addAll(Array.from({ length: count }, () => newDisk())),
    add,
    later: (undo) => undos.push(undo),
  };
}

async function removeCompletely(disk: Disk): Promise<void> {
  for (const verb of ['detach', 'remove'] as const) {
    const { exitCode, said } = await run[verb](disk);
    if (exitCode !== 0) throw new Error(`${verb} of ${disk.name} after the test: ${said}`);
  }
}

/** The loop devices of the whole machine whose file is named like one of the disks. */
async function loopDevicesOf(names: readonly string[]): Promise<readonly string[]> {
  const files = await lines('grep -H "" /sys/block/loop*/loop/backing_file || true');
  return files.filter((file) => names.some((name) => file.includes(name)));
}
