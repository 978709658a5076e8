import { newPattern, sizeOf } from '../block-device.ts';
import { Deviation, done, must, same } from '../deviation.ts';
import type { Outcome } from '../outcome.ts';
import type { Group } from '../rule.ts';
import { advised, ganetiDoes, required } from './sources.ts';

const source = 'ganeti-noded(8) serves several requests at once';
const many = 10;

/** Calls at the same moment. */
export const concurrency: Group = {
  name: 'concurrency',
  rules: [
    required({
      name: 'attaches',
      sentence: `${many} attaches of one disk at once give one device`,
      source: `${ganetiDoes('ExtStorageDevice.__init__')}: every request attaches`,
      check: async ({ run, device, attach, expectSize, ledger, size }) => {
        const disk = ledger.disk();
        await done(run.create(disk, size));
        const devices = await atOnce(many, async () => (await attach(disk)).device);
        const [first] = devices;
        const others = devices.filter((other) => other !== first);
        if (others.length > 0) throw new Deviation(`one disk is attached as ${[...new Set(devices)].join(', ')}`);
        await expectSize('the disk', await device(disk), size);
      },
    }),
    required({
      name: 'disks',
      sentence: `${many} disks can be made, attached, detached and removed at once`,
      source,
      check: async ({ newDevice, run, ledger }) => {
        const disks = ledger.disks(many);
        const devices = await Promise.all(disks.map((disk) => newDevice(disk)));
        same(`the number of devices of ${many} disks`, new Set(devices).size, many);
        await Promise.all(disks.map((disk) => done(run.detach(disk))));
        await Promise.all(disks.map((disk) => done(run.remove(disk))));
      },
    }),
    advised({
      name: 'creates',
      sentence: 'of several creates of one name with different sizes at once, exactly one succeeds',
      source,
      check: async ({ run, device, expectSize, ledger, size }) => {
        const disk = ledger.disk();
        const outcomes = await atOnce(4, (index) => run.create(disk, (index + 1) * size));
        const winners = outcomes.flatMap(({ exitCode }, index) => (exitCode === 0 ? [(index + 1) * size] : []));
        same('the number of creates that succeeded', winners.length, 1);
        await expectSize('the disk whose create succeeded', await device(disk), winners[0] ?? 0);
      },
    }),
    advised({
      name: 'same-creates',
      sentence: 'several creates of one disk at once all succeed, and make it once',
      source,
      check: async ({ run, device, expectSize, ledger, size }) => {
        const disk = ledger.disk();
        await atOnce(5, () => done(run.create(disk, size)));
        await expectSize('the disk', await device(disk), size);
      },
    }),
    advised({
      name: 'attach-detach',
      sentence: 'after attach and detach at once, the disk can be attached and has its data',
      source,
      check: async ({ newDevice, device, write, expectData, run, ledger }) => {
        const disk = ledger.disk();
        const pattern = newPattern(1);
        await write(await newDevice(disk), pattern);
        for (let round = 0; round < 3; round += 1) {
          await atOnce(6, (index) => done(index % 2 === 0 ? run.attach(disk) : run.detach(disk)));
          await expectData('the data of a disk attached and detached at once', await device(disk), pattern);
          await done(run.detach(disk));
        }
      },
    }),
    advised({
      name: 'grows',
      sentence: 'several grows at once end with the largest size',
      source,
      check: async ({ newDevice, device, run, ledger, size }) => {
        const disk = ledger.disk();
        await newDevice(disk);
        await atOnce(4, (index) => run.grow(disk, size, (5 - index) * size));
        await done(run.detach(disk));
        same('MiB after grows at once', await sizeOf(await device(disk)), 5 * size);
      },
    }),
    advised({
      name: 'snapshots',
      sentence: 'several snapshots of one name at once make one copy, whole',
      source,
      needs: ['snapshot'],
      check: async ({ newDevice, device, write, expectData, run, ledger, size }) => {
        const disk = ledger.disk();
        const copy = ledger.copyOf(disk);
        const pattern = newPattern(1);
        await write(await newDevice(disk), pattern, size - 1);
        const outcomes = await atOnce(3, () => run.snapshot(disk, copy, size));
        must(succeeded(outcomes), 'not one of the snapshots succeeded');
        await expectData('what the snapshot holds', await device(copy), pattern, size - 1);
      },
    }),
    required({
      name: 'verbs',
      sentence: 'open, setinfo, grow, attach and close of one disk at once all work',
      source,
      check: async ({ newDevice, device, expectSize, run, attach, ledger, size }) => {
        const disk = ledger.disk();
        await newDevice(disk);
        const outcomes = [run.open(disk), run.setinfo(disk, 'a'), run.grow(disk, size, 2 * size), run.close(disk)];
        await Promise.all([...outcomes.map((outcome) => done(outcome)), attach(disk)]);
        await done(run.detach(disk));
        await expectSize('the disk that grew meanwhile', await device(disk), 2 * size);
      },
    }),
  ],
};

/**
 * The results of several calls of one thing at once. All have ended when this throws: nothing works behind our back.
 */
async function atOnce<Result>(count: number, action: (index: number) => Promise<Result>): Promise<readonly Result[]> {
  const settled = await Promise.allSettled(Array.from({ length: count }, (_, index) => action(index)));
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

function succeeded(outcomes: readonly Outcome[]): boolean {
  return outcomes.some(({ exitCode }) => exitCode === 0);
}
