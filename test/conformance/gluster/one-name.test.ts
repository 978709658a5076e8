import { describe, expect, test } from 'vitest';
import { call } from '../support/caller.ts';
import { expectRefusal } from '../support/expectations.ts';
import { shell } from '../support/lab.ts';
import { attachedNew, type Disk, done, newDisk, run } from '../support/verbs.ts';
import { configure } from './support/faults.ts';
import { everything, gntGluster, imagesDirectory, useGlusterLedger } from './support/storage.ts';
import { mountRoot, volumes } from './support/volumes.ts';

const ledger = useGlusterLedger();
const pool = (name: string, settings: string): string => `[pool.${name}]\nservers = ["node1.lab"]\n${settings}\n`;
const two = pool('default', `volumes = ["${volumes.main}", "${volumes.second}"]`);

const on = (volume: string, { name }: Disk): string => `${imagesDirectory(volume)}/${name}`;

describe('one name is one image', () => {
  test('a disk that is on one volume is not made on another one', async () => {
    await configure(ledger, two);
    const disk = ledger.disk();
    await done(run.create({ ...disk, parameters: { volume: volumes.second } }, 8));
    const before = await everything();
    expectRefusal(await run.create({ ...disk, uuid: newDisk().uuid, parameters: { volume: volumes.main } }, 8), 5);
    await done(run.create({ ...disk, parameters: { volume: volumes.main } }, 8));
    expect(await everything()).toBe(before);
  });

  test('what meets two of one name refuses and names both; lists tell', async () => {
    await configure(ledger, two);
    const disk = newDisk();
    ledger.later(() => shell('rm -rf "$1" "$2"', on(volumes.main, disk), on(volumes.second, disk)));
    await done(run.create({ ...disk, parameters: { volume: volumes.main } }, 8));
    await shell('cp -a "$1" "$2"', on(volumes.main, disk), `${imagesDirectory(volumes.second)}/`);
    const both = [new RegExp(`volume ${volumes.main}`), new RegExp(`volume ${volumes.second}`)];
    const ofDisk = async () => (await everything()).split('\n').filter((line) => line.includes(disk.name));
    const before = await ofDisk();
    for (const outcome of [
      await run.attach(disk),
      await run.create(disk, 8),
      await run.remove(disk),
      await run.grow(disk, 8, 9),
      await run.open(disk),
      await run.snapshot(disk, newDisk(), 8),
    ])
      expectRefusal(outcome, 5, ...both);
    expect(await ofDisk()).toEqual(before);
    const listed = await gntGluster(['image', 'list']);
    expect(listed.exitCode).toBe(1);
    expect(listed.said).toContain(disk.name);
    expect(await call('verify', {})).toMatchObject({ exitCode: 5, said: expect.stringContaining(disk.name) });
  });

  test('a disk is found on the volume it is on, whichever volume its parameter names by now', async () => {
    await configure(ledger, two);
    const disk = ledger.disk({ volume: volumes.second });
    await attachedNew(disk, 8);
    const moved = { ...disk, parameters: { volume: volumes.main } };
    await done(run.detach(moved));
    await done(run.attach(moved));
    await done(run.open(moved));
    await done(run.detach(moved));
    await done(run.remove(moved));
    expect(await everything()).not.toContain(disk.name);
  });
});

describe('a disk made with an earlier configuration', () => {
  test.each([
    ['another default pool', `default_pool = "new"\n${two}${pool('new', `directory = "images2"`)}`],
    ['its pool under another name', `default_pool = "new"\n${pool('new', `volumes = ["${volumes.main}"]`)}`],
    [
      'its volume in another pool',
      `default_pool = "a"\n${pool('a', `volumes = ["${volumes.second}"]`)}${pool('b', '')}`,
    ],
  ])('is used and removed with %s', async (_, toml) => {
    await configure(ledger, pool('default', `volumes = ["${volumes.main}"]`));
    const disk = ledger.disk();
    await attachedNew(disk, 8);
    await done(run.detach(disk));
    await configure(ledger, toml);
    await done(run.attach(disk));
    await done(run.open(disk));
    await done(run.grow(disk, 8, 9));
    await done(run.detach(disk));
    expectRefusal(await run.create({ ...disk, uuid: newDisk().uuid }, 8), 5);
    await done(run.remove(disk));
    expect(await everything()).not.toContain(disk.name);
  });

  test.each([
    ['its volume is not named any more', pool('default', `volumes = ["${volumes.second}"]`)],
    ['its directory is not named any more', pool('default', 'directory = "images2"')],
  ])('is neither forgotten nor made a second time when %s', async (_, toml) => {
    const configuration = pool('default', `volumes = ["${volumes.main}"]`);
    await configure(ledger, configuration);
    const disk = ledger.disk();
    await attachedNew(disk, 8);
    await done(run.detach(disk));
    await configure(ledger, toml);
    const before = await everything();
    const where = new RegExp(`lies on volume ${volumes.main}, directory images`);
    for (const outcome of [await run.remove(disk), await run.create(disk, 8), await run.attach(disk)])
      expectRefusal(outcome, 3, where, /hint: .*gluster\.toml/);
    expect(await everything()).toBe(before);
    await configure(ledger, configuration);
    await done(run.remove(disk));
  });

  test('keeps in image.json which pool and which cluster it belongs to', async () => {
    const uuid = '6f9a3c53-39c5-4d3c-8f4b-6c1d62f4a001';
    ledger.later(() => shell('rm -f /var/lib/ganeti/config.data /var/lib/ganeti/ssconf_cluster_name'));
    await shell('mkdir -p /var/lib/ganeti; echo cluster.lab >/var/lib/ganeti/ssconf_cluster_name');
    await shell('echo "$1" >/var/lib/ganeti/config.data', JSON.stringify({ cluster: { uuid } }));
    const disk = ledger.disk();
    await done(run.create(disk, 8));
    const label: unknown = JSON.parse(await shell('cat "$1"/image.json', on(volumes.main, disk)));
    expect(label).toMatchObject({ pool: 'default', cluster: uuid, clusterName: 'cluster.lab' });
  });
});

describe('two pools on one volume', () => {
  test.each(['images', 'images/below'])(
    'are refused when one has the directory images and the other %s',
    async (name) => {
      await configure(ledger, `${pool('default', '')}${pool('other', `directory = "${name}"`)}`);
      expectRefusal(await run.create(newDisk(), 8), 3, /default.*other.*volume ganeti/);
    },
  );

  test('have images of their own, which are no files to link or adopt, not even removed or half made', async () => {
    const trash = 'trash = "1h"';
    await configure(ledger, `default_pool = "b"\n${pool('a', trash)}${pool('b', 'directory = "images2"')}`);
    ledger.later(() => shell('rm -rf "$1"/images2 "$1"/images/.trash', `${mountRoot}/${volumes.main}`));
    const [victim, removed] = [ledger.disk({ pool: 'a' }), ledger.disk({ pool: 'a' })];
    for (const disk of [victim, removed]) await done(run.create(disk, 8));
    await done(run.open(victim));
    await done(run.remove(removed));
    const [inTrash = ''] = (await shell('ls -d "$1"/.trash/*', imagesDirectory())).split('\n');
    const half = `${imagesDirectory()}/.work/half@node1.lab@1`;
    ledger.later(() => shell('rm -rf "$1"', half));
    await shell('mkdir -p "$1"; truncate -s 8M "$1/disk"', half);
    const before = await everything();
    for (const directory of [on(volumes.main, victim), inTrash, half]) {
      const file = `${directory.slice(`${mountRoot}/${volumes.main}/`.length)}/disk`;
      expectRefusal(await run.create(newDisk({ link: file, pool: 'b' }), 8), 3, /image/);
      expect((await gntGluster(['image', 'adopt', file, newDisk().name, '--pool', 'b'])).exitCode, file).toBe(3);
    }
    expect(await everything()).toBe(before);
  });
});
