import { newPattern } from '../block-device.ts';
import { done } from '../deviation.ts';
import type { Group } from '../rule.ts';
import { bothCallers, ganetiDoes, required } from './sources.ts';

const source = ganetiDoes('ExtStorageDevice.SetInfo');

/** A provider need not keep the text; it may not fail for it. */
export const setinfo: Group = {
  name: 'setinfo',
  rules: [
    required({
      name: 'texts',
      sentence: 'setinfo takes any text that Ganeti can send: up to 128 of A-Z a-z 0-9 - _ + . or none',
      source,
      check: async ({ run, ledger, size }) => {
        const disk = ledger.disk();
        await done(run.create(disk, size));
        for (const text of ['originstname+inst1.example.com', '', '_-AZaz09_+.'.repeat(12).slice(0, 128)])
          await done(run.setinfo(disk, text));
      },
    }),
    required({
      name: 'keeps-data',
      sentence: 'setinfo leaves device, size and data alone',
      source,
      callers: bothCallers,
      check: async ({ newDevice, write, expectData, expectSize, run, ledger, size }) => {
        const disk = ledger.disk();
        const pattern = newPattern(1);
        const device = await newDevice(disk);
        await write(device, pattern);
        await done(run.setinfo(disk, 'originstname+inst1.example.com'));
        await expectSize('the disk after setinfo', device, size);
        await expectData('the data after setinfo', device, pattern);
      },
    }),
  ],
};
