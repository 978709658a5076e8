import { newPattern } from '../block-device.ts';
import { Deviation, done } from '../deviation.ts';
import { parseAttach } from '../outcome.ts';
import type { Group } from '../rule.ts';
import { advised, bothCallers, interfaceSays, required } from './sources.ts';

const source = interfaceSays('remove');

/** What is gone after remove, and what is not. */
export const remove: Group = {
  name: 'remove',
  rules: [
    required({
      name: 'gone',
      sentence: 'a removed disk cannot be attached, and its name is free',
      source,
      callers: bothCallers,
      check: async ({ newDevice, expectSize, run, ledger, size }) => {
        const disk = ledger.disk();
        await newDevice(disk);
        await done(run.detach(disk));
        await done(run.remove(disk));
        const { exitCode, stdout } = await run.attach(disk);
        if (exitCode === 0 && parseAttach(stdout) !== undefined)
          throw new Deviation('attach finds the disk after remove said that it is gone');
        await expectSize('a disk with the name of a removed one', await newDevice(disk, 2 * size), 2 * size);
      },
    }),
    required({
      name: 'keeps-others',
      sentence: 'remove leaves a disk alone whose name begins with that of the removed one',
      source: interfaceSays('VOL_NAME: UUID.ext.diskX, and X may be 1 and 10'),
      check: async ({ newDevice, device, write, expectData, run, ledger, size }) => {
        const disk = ledger.disk();
        const other = ledger.add({ name: `${disk.name}0`, uuid: ledger.disk().uuid });
        const pattern = newPattern(1);
        await done(run.create(disk, size));
        await write(await newDevice(other), pattern);
        await done(run.detach(other));
        await done(run.remove(disk));
        await expectData('a disk after another was removed', await device(other), pattern);
      },
    }),
    advised({
      name: 'missing',
      sentence: 'remove of a disk that does not exist succeeds: there is nothing left to do',
      source: 'Ganeti runs jobs again',
      check: async ({ run, ledger, size }) => {
        const disk = ledger.disk();
        await done(run.remove(disk));
        await done(run.create(disk, size));
        for (let turn = 0; turn < 2; turn += 1) await done(run.remove(disk));
      },
    }),
  ],
};
