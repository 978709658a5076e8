import { expect, test } from 'vitest';
import { expectRefusal } from '../support/expectations.ts';
import { shell } from '../support/lab.ts';
import { attach, attachedNew, done, run } from '../support/verbs.ts';
import { gntGluster, imageInfo, imagesDirectory, useGlusterLedger } from './support/storage.ts';

const ledger = useGlusterLedger();

test('image info tells what create, setinfo and open were told', async () => {
  const disk = { ...ledger.disk({ preallocation: 'falloc' }), label: 'Datenträger "1"' };
  await done(run.create(disk, 8));
  await done(run.setinfo(disk, 'originstname+inst1.lab'));
  const { device } = await attach(disk);
  await done(run.open(disk));
  const started = Date.now();
  const info = await imageInfo(disk.name);
  expect(info).toMatchObject({
    name: disk.name,
    pool: 'default',
    volume: 'ganeti',
    size: 8 * 1024 * 1024,
    uuid: disk.uuid,
    disk: disk.label,
    info: 'originstname+inst1.lab',
    preallocation: 'falloc',
    createdBy: 'node1.lab',
    device,
    leases: [
      {
        node: 'node1.lab',
        mode: 'exclusive',
        since: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        state: 'this node',
      },
    ],
  });
  const { leases } = info as { readonly leases: readonly { readonly since: string }[] };
  expect(Math.abs(started - Date.parse(leases[0]?.since ?? ''))).toBeLessThan(10_000);
});

test('a lease has its mode, and close and detach end it', async () => {
  const disk = ledger.disk();
  await attachedNew(disk, 8);
  await done(run.open(disk, false));
  expect(await imageInfo(disk.name)).toMatchObject({ leases: [{ node: 'node1.lab', mode: 'shared' }] });
  await done(run.open(disk, true));
  expect(await imageInfo(disk.name)).toMatchObject({ leases: [{ mode: 'exclusive' }] });
  await done(run.close(disk));
  expect(await imageInfo(disk.name)).toMatchObject({ leases: [] });
  await done(run.open(disk));
  await done(run.detach(disk));
  expect(await imageInfo(disk.name)).toMatchObject({ leases: [], device: null });
});

test('setinfo keeps the rest, and the text may become empty', async () => {
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  const before = await imageInfo(disk.name);
  await done(run.setinfo(disk, 'x'.repeat(128)));
  expect(await imageInfo(disk.name)).toEqual({ ...(before as object), info: 'x'.repeat(128) });
  await done(run.setinfo(disk, ''));
  expect(await imageInfo(disk.name)).toMatchObject({ info: '', uuid: disk.uuid });
});

test('a damaged label does not keep anybody from the data', async () => {
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  await shell('echo "{" >"$1/image.json"', `${imagesDirectory()}/${disk.name}`);
  await attach(disk);
  expect(await imageInfo(disk.name)).toMatchObject({ size: 8 * 1024 * 1024, uuid: null });
  await done(run.setinfo(disk, 'a'));
});

test('image list shows every image once', async () => {
  const disks = ledger.disks(3);
  for (const disk of disks) await done(run.create(disk, 8));
  const { json } = await gntGluster(['image', 'list']);
  const names = (json as readonly { readonly name: string }[]).map(({ name }) => name);
  expect(names.sort()).toEqual(disks.map(({ name }) => name).sort());
});

test('close of an unknown image succeeds, and setinfo exits with 4', async () => {
  const disk = ledger.disk();
  await done(run.close(disk));
  expectRefusal(await run.setinfo(disk, 'a'), 4);
  expectRefusal(await run.open(disk), 4);
});
