import { newPattern } from '../block-device.ts';
import { done, refused } from '../deviation.ts';
import type { Group } from '../rule.ts';
import { advised, bothCallers, interfaceSays, required } from './sources.ts';

const needs = ['open', 'close'] as const;

/** open and close, which Ganeti calls around the use of a disk. */
export const open: Group = {
  name: 'open',
  rules: [
    required({
      name: 'modes',
      sentence: 'an attached disk can be opened exclusively and, once closed, shared; its data stays',
      source: interfaceSays('open: VOL_OPEN_EXCLUSIVE'),
      needs,
      callers: bothCallers,
      check: async ({ newDevice, write, expectData, run, ledger }) => {
        const disk = ledger.disk();
        const pattern = newPattern(1);
        const device = await newDevice(disk);
        for (const exclusive of [true, false]) {
          await done(run.open(disk, exclusive));
          await write(device, pattern);
          await done(run.close(disk));
        }
        await done(run.open(disk, true));
        await expectData('the data after open and close', device, pattern);
      },
    }),
    required({
      name: 'repeated',
      sentence: 'open and close may be repeated by the node that has the disk',
      source: 'Ganeti opens twice when it starts an instance',
      needs,
      check: async ({ newDevice, run, ledger }) => {
        const disk = ledger.disk();
        await newDevice(disk);
        for (let turn = 0; turn < 2; turn += 1) await done(run.open(disk));
        for (let turn = 0; turn < 2; turn += 1) await done(run.close(disk));
      },
    }),
    advised({
      name: 'missing',
      sentence: 'open of a disk that does not exist fails',
      source: interfaceSays('open: ready for I/O'),
      needs,
      check: async ({ run, ledger }) => {
        await refused(run.open(ledger.disk()), 'for a disk that does not exist');
      },
    }),
  ],
};
