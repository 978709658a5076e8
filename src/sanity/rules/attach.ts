import { isBlockDevice, minorOf, newPattern } from '../block-device.ts';
import { Deviation, done, must, same } from '../deviation.ts';
import { parseAttach } from '../outcome.ts';
import type { Group } from '../rule.ts';
import { bothCallers, ganetiDoes, interfaceSays, required } from './sources.ts';

const answer = ganetiDoes('ExtStorageDevice.Attach');

/** What attach prints, and what is behind it. */
export const attach: Group = {
  name: 'attach',
  rules: [
    required({
      name: 'reply',
      sentence: 'attach prints a block device, then addresses as HYPERVISOR:URI, and nothing else',
      source: answer,
      callers: bothCallers,
      check: async ({ run, ledger, size, ...context }) => {
        const disk = ledger.disk();
        await done(run.create(disk, size));
        const { device, addresses } = await context.attach(disk);
        if (device !== '') must(isBlockDevice(device), `the first line is no block device: ${JSON.stringify(device)}`);
        for (const address of addresses)
          must(/^[a-z-]+:[!-~]+$/.test(address), `this line is no HYPERVISOR:URI: ${JSON.stringify(address)}`);
        must(device !== '' || addresses.length > 0, 'there is neither a device nor an address');
        // Ganeti asks `if not self.minor`.
        if (device !== '') must(minorOf(device) !== 0, `${device} has minor number 0, "not attached" to Ganeti`);
      },
    }),
    required({
      name: 'repeated',
      sentence: 'attach of an attached disk prints the same again',
      source: interfaceSays('attach: idempotent'),
      callers: bothCallers,
      check: async ({ newDevice, run, ledger }) => {
        const disk = ledger.disk();
        await newDevice(disk);
        const { stdout } = await done(run.attach(disk));
        for (let turn = 0; turn < 5; turn += 1)
          same('what attach prints again', (await done(run.attach(disk))).stdout, stdout);
      },
    }),
    required({
      name: 'missing',
      sentence: 'attach of a disk that does not exist gives no device',
      source: answer,
      callers: bothCallers,
      check: async ({ run, ledger }) => {
        const { exitCode, stdout } = await run.attach(ledger.disk());
        const attachment = parseAttach(stdout);
        if (exitCode === 0 && attachment !== undefined)
          throw new Deviation(`attach of a disk that does not exist printed ${JSON.stringify(stdout)}`);
      },
    }),
    required({
      name: 'keeps-data',
      sentence: 'what was written to a disk is there after detach and attach, from its start to its end',
      source: interfaceSays('detach: does not affect the volume'),
      callers: bothCallers,
      check: async ({ newDevice, device, write, expectData, expectSize, run, ledger, size }) => {
        const disk = ledger.disk();
        const [start, end] = [newPattern(1), newPattern(2)];
        const first = await newDevice(disk);
        await write(first, start);
        await write(first, end, size - 2);
        await done(run.detach(disk));
        const again = await device(disk);
        await expectSize('the disk attached again', again, size);
        await expectData('the first MiB after detach and attach', again, start);
        await expectData('the last two MiB after detach and attach', again, end, size - 2);
      },
    }),
    required({
      name: 'different',
      sentence: 'two disks are two devices, and what is written to one is not on the other',
      source: interfaceSays('attach'),
      check: async ({ newDevice, write, expectData, ledger }) => {
        const [one, other] = [await newDevice(ledger.disk()), await newDevice(ledger.disk())];
        must(one !== other, `two disks are both ${one}`);
        const [first, second] = [newPattern(1), newPattern(1)];
        await write(one, first);
        await write(other, second);
        await expectData('the data of one disk after a write to another', one, first);
      },
    }),
  ],
};
