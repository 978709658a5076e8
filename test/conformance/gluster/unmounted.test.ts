import { expect, test } from 'vitest';
import { shell } from '../support/lab.ts';
import { type Disk, done, run } from '../support/verbs.ts';
import { otherNode } from './support/other-nodes.ts';
import { leasesOf, unmountAll, useGlusterLedger } from './support/storage.ts';

const ledger = useGlusterLedger();

/** A disk for QEMU alone: nothing keeps its volume mounted on the node. */
async function openWithoutDevice(): Promise<Disk> {
  const disk = ledger.disk({ blockdev: 'never', access: 'userspace' });
  await done(run.create(disk, 8));
  await done(run.attach(disk));
  await done(run.open(disk));
  return disk;
}

test('an image whose volume is not mounted any more is given back by detach: not mounted is not unreachable', async () => {
  const disk = await openWithoutDevice();
  await unmountAll();
  const { said } = await done(run.detach(disk));
  expect(said).not.toContain('warning');
  expect(await leasesOf(disk)).toEqual([]);
  const there = await otherNode(ledger, 'node2.lab');
  await done(run.open(disk, true, there));
  await done(run.detach(disk, there));
});

test('an image that was open and is removed is not said to stay leased', async () => {
  const disk = await openWithoutDevice();
  const { said } = await done(run.remove(disk));
  expect(said).not.toContain('warning');
  expect(await shell('ls /run/ganeti-gluster/images')).toBe('');
});
