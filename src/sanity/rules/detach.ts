import { hashOf, newPattern } from '../block-device.ts';
import { Deviation, done } from '../deviation.ts';
import type { Group } from '../rule.ts';
import { advised, bothCallers, interfaceSays, required } from './sources.ts';

/** How attach is undone. */
export const detach: Group = {
  name: 'detach',
  rules: [
    required({
      name: 'gone',
      sentence: 'after detach, the block device no longer shows the disk',
      source: interfaceSays('detach: undoes everything attach did'),
      callers: bothCallers,
      check: async ({ newDevice, write, run, ledger, scratch }) => {
        const disk = ledger.disk();
        const pattern = newPattern(1);
        const device = await newDevice(disk);
        await write(device, pattern);
        await done(run.detach(disk));
        if ((await hashOrNothing(device, scratch)) === pattern.hash)
          throw new Deviation(`${device} still has the data of the disk after detach`);
      },
    }),
    required({
      name: 'repeated',
      sentence: 'detach of a disk that is not attached does nothing and succeeds',
      source: interfaceSays('detach: idempotent'),
      check: async ({ newDevice, run, ledger, size }) => {
        const never = ledger.disk();
        await done(run.create(never, size));
        await done(run.detach(never));
        const disk = ledger.disk();
        await newDevice(disk);
        await done(run.detach(disk));
        await done(run.detach(disk));
      },
    }),
    advised({
      name: 'missing',
      sentence: 'detach of a disk that does not exist succeeds: there is nothing left to do',
      source: 'an instance whose disk is gone can still be shut down and removed',
      check: async ({ run, ledger }) => {
        await done(run.detach(ledger.disk()));
      },
    }),
  ],
};

/** The device may be gone, be empty, or be another's by now. */
async function hashOrNothing(device: string, scratch: string): Promise<string | undefined> {
  try {
    return await hashOf(device, 1, scratch);
  } catch (error) {
    if (error instanceof Deviation) return undefined;
    throw error;
  }
}
