import { expect, test } from 'vitest';
import { attachedNew, done, run } from '../support/verbs.ts';
import { holdOpen } from './support/faults.ts';
import { ganetiKnows, otherNode } from './support/other-nodes.ts';
import { gntGluster, imageInfo, leasesOf, useGlusterLedger } from './support/storage.ts';

const ledger = useGlusterLedger();

test('lease list tells who has what, and who is dead; image info the same of one', async () => {
  const [ours, theirs, nobodys] = [ledger.disk(), ledger.disk(), ledger.disk()];
  for (const disk of [ours, theirs, nobodys]) await attachedNew(disk, 8);
  const there = await otherNode(ledger, 'node2.lab');
  await done(run.open(ours));
  await done(run.open(theirs, true, there));
  const place = { pool: 'default', volume: 'ganeti', mode: 'exclusive' };
  const mine = { ...place, image: ours.name, node: 'node1.lab', state: 'this node' };
  const other = { ...place, image: theirs.name, node: 'node2.lab', state: 'alive, as far as known' };
  const { json } = await gntGluster(['lease', 'list']);
  expect(json).toHaveLength(2);
  expect(json).toEqual(expect.arrayContaining([expect.objectContaining(mine), expect.objectContaining(other)]));
  expect((await gntGluster(['lease', 'list', nobodys.name])).json).toEqual([]);
  expect(await gntGluster(['lease', 'list', 'no-such-image'])).toMatchObject({ exitCode: 4 });
  await ganetiKnows(ledger, ['node1.lab', 'node2.lab'], ['node2.lab']);
  expect((await gntGluster(['lease', 'list', theirs.name])).json).toMatchObject([{ state: 'dead: offline' }]);
  expect(await imageInfo(theirs.name)).toMatchObject({ leases: [{ node: 'node2.lab', state: 'dead: offline' }] });
  await done(run.detach(theirs, there));
});

test('lease break takes an image away, but not from a guest of this node', async () => {
  const disk = ledger.disk();
  const device = await attachedNew(disk, 8);
  const there = await otherNode(ledger, 'node2.lab');
  const lease = (...args: readonly string[]) => gntGluster(['lease', 'break', disk.name, ...args]);
  expect(await lease()).toMatchObject({ exitCode: 4, said: expect.stringContaining('nobody has a lease') });
  await done(run.open(disk, false));
  await done(run.open(disk, false, there));
  const user = await holdOpen(ledger, device);
  expect(await lease()).toMatchObject({ exitCode: 6, said: expect.stringContaining('in use on this node by sleep') });
  expect(await lease('--node', 'node3')).toMatchObject({ exitCode: 4 });
  const both = ['node1.lab shared', 'node2.lab shared'];
  expect(await lease('--node', 'node2', '--dry-run')).toMatchObject({
    exitCode: 0,
    json: { dryRun: true, broken: [{ node: 'node2.lab' }] },
  });
  expect(await leasesOf(disk)).toEqual(both);
  expect(await lease('--node', 'node2.lab')).toMatchObject({ exitCode: 0, json: { dryRun: false } });
  expect(await leasesOf(disk)).toEqual(['node1.lab shared']);
  await user.end();
  expect(await lease()).toMatchObject({ exitCode: 0 });
  expect(await leasesOf(disk)).toEqual([]);
  await done(run.detach(disk, there));
});
