import { newPattern } from '../block-device.ts';
import { done, refused, same } from '../deviation.ts';
import type { Group } from '../rule.ts';
import { advised, bothCallers, interfaceSays, required } from './sources.ts';

const source = interfaceSays('snapshot');
const needs = ['snapshot'] as const;

/** Snapshots, which Ganeti makes for gnt-backup(8), of a disk that is attached. */
export const snapshot: Group = {
  name: 'snapshot',
  rules: [
    required({
      name: 'copy',
      sentence: 'a snapshot is a disk of its own with the size and the data of its moment',
      source,
      needs,
      callers: bothCallers,
      check: async ({ newDevice, device, write, expectData, expectSize, run, ledger, size }) => {
        const disk = ledger.disk();
        const copy = ledger.copyOf(disk);
        const [old, next] = [newPattern(2), newPattern(2)];
        const original = await newDevice(disk);
        await write(original, old, size - 3);
        await done(run.snapshot(disk, copy, size));
        await write(original, next, size - 3);
        const copied = await device(copy);
        same('the device of the snapshot is that of its disk', copied === original, false);
        await expectSize('the snapshot', copied, size);
        await expectData('what the snapshot holds', copied, old, size - 3);
        await expectData('what the disk holds after its snapshot', original, next, size - 3);
      },
    }),
    required({
      name: 'keeps-source',
      sentence: 'a snapshot that is written to and removed leaves its disk alone',
      source,
      needs,
      callers: bothCallers,
      check: async ({ newDevice, device, write, expectData, run, ledger, size }) => {
        const disk = ledger.disk();
        const copy = ledger.copyOf(disk);
        const pattern = newPattern(1);
        const original = await newDevice(disk);
        await write(original, pattern);
        await done(run.snapshot(disk, copy, size));
        await write(await device(copy), newPattern(1));
        await done(run.detach(copy));
        await done(run.remove(copy));
        await done(run.detach(disk));
        await expectData('the data of the disk after its snapshot was removed', await device(disk), pattern);
      },
    }),
    required({
      name: 'keeps-others',
      sentence: 'a snapshot never replaces a disk that is there under its name, whatever it answers',
      source: 'data would be lost',
      needs,
      check: async ({ newDevice, device, write, expectData, run, ledger, size }) => {
        const disk = ledger.disk();
        const other = ledger.copyOf(disk);
        const pattern = newPattern(1);
        await newDevice(disk);
        await write(await newDevice(other), pattern);
        await run.snapshot(disk, other, size);
        await expectData('a disk whose name was to be that of a snapshot', await device(other), pattern);
      },
    }),
    advised({
      name: 'repeated',
      sentence: 'snapshot may be repeated: the export of an interrupted backup can be run again',
      source: 'Ganeti runs jobs again',
      needs,
      check: async ({ newDevice, run, ledger, size }) => {
        const disk = ledger.disk();
        const copy = ledger.copyOf(disk);
        await newDevice(disk);
        for (let turn = 0; turn < 2; turn += 1) await done(run.snapshot(disk, copy, size));
      },
    }),
    required({
      name: 'missing',
      sentence: 'snapshot of a disk that does not exist fails',
      source,
      needs,
      check: async ({ run, ledger, size }) => {
        const disk = ledger.disk();
        await refused(run.snapshot(disk, ledger.copyOf(disk), size), 'for a disk that does not exist');
      },
    }),
  ],
};
