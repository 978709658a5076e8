import { expect, test } from 'vitest';
import { shell } from '../support/lab.ts';
import { attachedNew, done, run } from '../support/verbs.ts';
import { asQemu, holdOpen } from './support/faults.ts';
import { everything, gntGluster, leasesOf, runDirectory, useGlusterLedger } from './support/storage.ts';

const ledger = useGlusterLedger();

const detach = (name: string, ...args: readonly string[]) => gntGluster(['image', 'detach', name, ...args]);

async function state(device: string): Promise<string> {
  const here = await shell(
    'cat "/sys/block/$(basename "$1")/loop/backing_file"; ls "$2/images"; cat "$2/images"/*',
    device,
    runDirectory,
  );
  return here + (await everything());
}

test('what is in use stays attached, and a dry run changes nothing', async () => {
  const disk = ledger.disk();
  const device = await attachedNew(disk, 8);
  await done(run.open(disk));
  const before = await state(device);
  const user = await holdOpen(ledger, device);
  for (const args of [['--dry-run'], []]) {
    const outcome = await detach(disk.name, ...args);
    expect(outcome, args.join()).toMatchObject({
      exitCode: 6,
      said: expect.stringContaining(`${device} is in use by sleep`),
    });
    expect(await state(device)).toBe(before);
  }
  await user.end();
  const guest = await asQemu(ledger, `-drive file=gluster://node1.lab/ganeti/images/${disk.name}/disk`);
  expect(await detach(disk.name, '--dry-run')).toMatchObject({
    exitCode: 6,
    said: expect.stringContaining('in use by disk'),
  });
  await guest.end();
  const json = { name: disk.name, devices: [device] };
  expect(await detach(disk.name, '--dry-run')).toMatchObject({ exitCode: 0, json: { dryRun: true, ...json } });
  expect(await state(device)).toBe(before);
  expect(await leasesOf(disk)).toEqual(['node1.lab exclusive']);

  expect(await detach(disk.name, '--pool', 'other')).toMatchObject({ exitCode: 4 });
  expect(await detach(disk.name)).toMatchObject({ exitCode: 0, json: { dryRun: false, ...json } });
  expect(await shell('cat "/sys/block/$(basename "$1")/loop/backing_file" 2>/dev/null || true', device)).not.toContain(
    disk.name,
  );
  expect(await leasesOf(disk)).toEqual([]);
  const again = await detach(disk.name);
  expect(again).toMatchObject({ exitCode: 4, said: expect.stringContaining('is not attached to this node') });
});

test('no image has such a name', async () => {
  expect(await detach('../x')).toMatchObject({ exitCode: 3 });
});
