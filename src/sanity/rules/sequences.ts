import { newPattern } from '../block-device.ts';
import type { Context } from '../context.ts';
import { done, same } from '../deviation.ts';
import type { Group } from '../rule.ts';
import { bothCallers, required } from './sources.ts';

const source = 'watched on a cluster with Ganeti 3.0';

/** The calls of one node, in the order in which Ganeti makes them. */
export const sequences: Group = {
  name: 'sequences',
  rules: [
    required({
      name: 'instance',
      sentence: 'start, grow, reboot and shutdown of an instance',
      source,
      callers: bothCallers,
      check: async (context) => {
        const { run, ledger, size, newDevice, write, expectData, expectSize } = context;
        const disk = { ...ledger.disk(), label: 'data disk' };
        const pattern = newPattern(1);
        const device = await newDevice(disk);
        await done(run.setinfo(disk, 'originstname+inst1.example.com'));
        for (let start = 0; start < 2; start += 1) {
          await done(run.open(disk));
          await sameDevice(context, disk, device);
        }
        await write(device, pattern);
        for (let turn = 0; turn < 5; turn += 1) await sameDevice(context, disk, device);
        await done(run.grow(disk, size, 2 * size));
        await sameDevice(context, disk, device);
        // No close: Ganeti does not call it here.
        await done(run.detach(disk));
        const again = await context.device(disk);
        await done(run.open(disk));
        await expectSize('the disk after shutdown and start', again, 2 * size);
        await expectData('the data after shutdown and start', again, pattern);
      },
    }),
    required({
      name: 'backup',
      sentence: 'the export of a backup',
      source,
      needs: ['snapshot'],
      callers: bothCallers,
      check: async (context) => {
        const { run, ledger, size, newDevice, write, expectData } = context;
        const disk = ledger.disk();
        const copy = ledger.copyOf(disk);
        const pattern = newPattern(2);
        await write(await newDevice(disk), pattern, size - 2);
        await context.attach(disk);
        await done(run.snapshot(disk, copy, size));
        const device = await context.device(copy);
        await done(run.open(copy, false));
        await expectData('what is exported', device, pattern, size - 2);
        await context.attach(copy);
        await done(run.detach(copy));
        await done(run.remove(copy));
      },
    }),
    required({
      name: 'migration',
      sentence: 'a live migration, as both of its nodes call it',
      source,
      callers: bothCallers,
      check: async (context) => {
        const { run, ledger, newDevice } = context;
        const disk = ledger.disk();
        const device = await newDevice(disk);
        await done(run.open(disk));
        await done(run.close(disk));
        await done(run.open(disk, false));
        await sameDevice(context, disk, device);
        await done(run.close(disk));
        await context.attach(disk);
        await done(run.detach(disk));
        await context.attach(disk);
        await done(run.open(disk, true));
      },
    }),
  ],
};

async function sameDevice(
  { attach }: Pick<Context, 'attach'>,
  disk: Parameters<Context['attach']>[0],
  device: string,
): Promise<void> {
  same('the device of a disk that is attached again', (await attach(disk)).device, device);
}
