import { newPattern, sizeOf, zeros } from '../block-device.ts';
import { done, refused } from '../deviation.ts';
import type { Group } from '../rule.ts';
import { advised, bothCallers, interfaceSays, required } from './sources.ts';

const source = interfaceSays('create');

/** What create leaves behind. */
export const create: Group = {
  name: 'create',
  rules: [
    required({
      name: 'size',
      sentence: 'a new disk has exactly the size asked for',
      source,
      callers: bothCallers,
      check: async ({ newDevice, expectSize, ledger, size }) => {
        for (const times of [1, 2, 3]) {
          const device = await newDevice(ledger.disk(), times * size);
          await expectSize(`a disk created with ${times * size} MiB`, device, times * size);
        }
      },
    }),
    advised({
      name: 'zeros',
      sentence: 'a new disk reads as zeros: nobody sees the data of a disk that was deleted',
      source: 'otherwise set prealloc_wipe_disks with gnt-cluster(8)',
      check: async ({ newDevice, expectData, ledger, size }) => {
        await expectData('what a new disk holds', await newDevice(ledger.disk()), zeros(Math.min(size, 64)));
      },
    }),
    required({
      name: 'keeps-data',
      sentence: 'create of a disk that exists leaves its data alone, whatever it answers',
      source: interfaceSays('create: a name is unique'),
      check: async ({ newDevice, write, expectData, device, run, ledger, size }) => {
        const disk = ledger.disk();
        const pattern = newPattern(1);
        await write(await newDevice(disk), pattern);
        for (const asked of [size, 2 * size]) {
          await run.create(disk, asked);
          await expectData(`the data of a disk after a second create with ${asked} MiB`, await device(disk), pattern);
        }
      },
    }),
    required({
      name: 'other-size',
      sentence: 'create of a disk that exists with another size does not say that it is done',
      source: interfaceSays('create: a new volume of size VOL_SIZE should exist'),
      check: async ({ newDevice, run, ledger, size }) => {
        const disk = ledger.disk();
        const device = await newDevice(disk);
        await refused(run.create(disk, 2 * size), `for ${2 * size} MiB, and ${await sizeOf(device)} MiB are there`);
      },
    }),
    advised({
      name: 'other-uuid',
      sentence: "create of another disk's name with a UUID of its own is refused",
      source: interfaceSays('create: a name is unique'),
      check: async ({ newDevice, run, ledger, size }) => {
        const disk = ledger.disk();
        await newDevice(disk);
        const { uuid } = ledger.disk();
        await refused(run.create({ ...disk, uuid }, size), 'for a disk of another VOL_UUID');
      },
    }),
    advised({
      name: 'repeated',
      sentence: 'create may be repeated: a job that was interrupted can be run again',
      source: 'Ganeti runs jobs again',
      check: async ({ run, ledger, size, attach }) => {
        const disk = ledger.disk();
        await done(run.create(disk, size));
        await done(run.create(disk, size));
        await attach(disk);
        await done(run.create(disk, size));
      },
    }),
  ],
};
