import { newPattern } from '../block-device.ts';
import { done, refused } from '../deviation.ts';
import type { Group } from '../rule.ts';
import { advised, bothCallers, interfaceSays, required } from './sources.ts';

const source = interfaceSays('grow');

/** What becomes of a disk that grows. VOL_NEW_SIZE is its size afterwards, not what is added. */
export const grow: Group = {
  name: 'grow',
  rules: [
    required({
      name: 'size',
      sentence: 'a disk that grew and is attached again has exactly VOL_NEW_SIZE, works to its end and kept its data',
      source,
      callers: bothCallers,
      check: async ({ newDevice, device, write, expectData, expectSize, run, ledger, size }) => {
        const disk = ledger.disk();
        const [start, end] = [newPattern(1), newPattern(1)];
        await write(await newDevice(disk), start);
        await done(run.grow(disk, size, 3 * size));
        await done(run.detach(disk));
        const again = await device(disk);
        await expectSize(`a disk that grew from ${size} to ${3 * size} MiB`, again, 3 * size);
        await write(again, end, 3 * size - 1);
        await expectData('the first MiB of a disk that grew', again, start);
        await expectData('the last MiB of a disk that grew', again, end, 3 * size - 1);
      },
    }),
    advised({
      name: 'at-once',
      sentence: 'the block device has the new size at once, so that a running guest can be told',
      source: 'Ganeti 3.1 tells QEMU right after grow',
      callers: bothCallers,
      check: async ({ newDevice, expectSize, run, ledger, size }) => {
        const disk = ledger.disk();
        const device = await newDevice(disk);
        await done(run.grow(disk, size, 2 * size));
        await expectSize('the attached device after grow', device, 2 * size);
      },
    }),
    required({
      name: 'never-shrinks',
      sentence: 'grow to less than there is leaves size and data alone, whatever it answers',
      source: interfaceSays('grow: VOL_NEW_SIZE > VOL_SIZE'),
      check: async ({ newDevice, device, write, expectData, expectSize, run, ledger, size }) => {
        const disk = ledger.disk();
        const pattern = newPattern(1);
        await write(await newDevice(disk, 2 * size), pattern, 2 * size - 1);
        await run.grow(disk, 2 * size, size);
        await run.grow(disk, 1, 2);
        await done(run.detach(disk));
        const again = await device(disk);
        await expectSize('a disk after grow to less', again, 2 * size);
        await expectData('the last MiB after grow to less', again, pattern, 2 * size - 1);
      },
    }),
    advised({
      name: 'repeated',
      sentence: 'grow may be repeated, and grow to the size that is there already succeeds',
      source: 'Ganeti runs jobs again; the size is absolute',
      check: async ({ newDevice, device, expectSize, run, ledger, size }) => {
        const disk = ledger.disk();
        await newDevice(disk);
        await done(run.grow(disk, size, size));
        for (let turn = 0; turn < 2; turn += 1) await done(run.grow(disk, size, 2 * size));
        await done(run.detach(disk));
        await expectSize('a disk that was twice asked to grow to one size', await device(disk), 2 * size);
      },
    }),
    advised({
      name: 'detached',
      sentence: 'a disk that is not attached can grow',
      source,
      check: async ({ device, expectSize, run, ledger, size }) => {
        const disk = ledger.disk();
        await done(run.create(disk, size));
        await done(run.grow(disk, size, 2 * size));
        await expectSize('a disk that grew while detached', await device(disk), 2 * size);
      },
    }),
    required({
      name: 'missing',
      sentence: 'grow of a disk that does not exist fails',
      source,
      check: async ({ run, ledger, size }) => {
        await refused(run.grow(ledger.disk(), size, 2 * size), 'for a disk that does not exist');
      },
    }),
  ],
};
