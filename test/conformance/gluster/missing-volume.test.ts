import { beforeEach, describe, expect, test } from 'vitest';
import { shell } from '../support/lab.ts';
import { type Disk, done, run } from '../support/verbs.ts';
import { configure } from './support/faults.ts';
import { ganetiWithDisk } from './support/ganeti.ts';
import { gntGluster, useGlusterLedger } from './support/storage.ts';
import { mountRoot, volumes } from './support/volumes.ts';

const ledger = useGlusterLedger();

const good = `
default_pool = "default"
[pool.default]
servers = ["node1.lab"]
volumes = ["${volumes.main}"]
trash = "1h"
`;

/** One pool that works, and one whose server is there and whose volume is not. */
const configuration = `${good}
[pool.bad]
servers = ["node1.lab"]
volumes = ["gone"]
`;

const named = /volume gone of pool bad could not be looked at: .*\n(.*\n)*hint: /;

describe('a volume that cannot be mounted', () => {
  let disk: Disk;

  beforeEach(async () => {
    // Made before and removed after: to make or remove an image its name is looked for in all pools.
    disk = ledger.disk();
    await done(run.create(disk, 8));
    await done(run.open(disk));
    ledger.later(() => shell('rm -rf "$1"/*/images/.trash', mountRoot));
    await configure(ledger, configuration);
  });

  test.each([
    ['image list', ['image', 'list'], (name: string) => [{ name }]],
    ['image info', ['image', 'info', 'NAME'], (name: string) => ({ name, leases: [{ node: 'node1.lab' }] })],
    ['lease list', ['lease', 'list'], (image: string) => [{ image }]],
    ['lease list NAME', ['lease', 'list', 'NAME'], (image: string) => [{ image }]],
    ['lease break', ['lease', 'break', 'NAME', '--dry-run'], (image: string) => ({ image, broken: [{}] })],
  ])('hides nothing of another one from %s, and is named', async (_, args, json) => {
    const result = await gntGluster(args.map((word) => (word === 'NAME' ? disk.name : word)));
    expect(result).toMatchObject({ exitCode: 1, json: json(disk.name) });
    expect(result.said).toMatch(named);
  });

  test('hides nothing of another one from image orphans, and is named', async () => {
    await ganetiWithDisk(ledger, 'another-uuid', 'another.ext.disk0');
    const { exitCode, json, said } = await gntGluster(['image', 'orphans', '--older-than=0m']);
    expect({ exitCode, json }).toMatchObject({ exitCode: 1, json: { orphans: [{ name: disk.name }] } });
    expect(said).toMatch(named);
  });

  test('hides nothing of the trash of another one, which can be purged', async () => {
    await configure(ledger, good);
    await done(run.detach(disk));
    await done(run.remove(disk));
    await configure(ledger, configuration);
    for (const args of [['list'], ['purge', disk.name]]) {
      const { exitCode, json, said } = await gntGluster(['trash', ...args]);
      expect({ exitCode, text: JSON.stringify(json) }).toEqual({
        exitCode: 1,
        text: expect.stringContaining(disk.name),
      });
      expect(said).toMatch(named);
    }
    expect((await gntGluster(['trash', 'list'])).json).toEqual([]);
  });

  test('may have what is found nowhere else', async () => {
    for (const args of [
      ['image', 'info', 'x'],
      ['lease', 'list', 'x'],
      ['lease', 'break', 'x'],
      ['trash', 'purge', 'x'],
    ]) {
      const { exitCode, json, said } = await gntGluster(args);
      expect({ exitCode, json }, said).toEqual({ exitCode: 7, json: undefined });
      expect(said).toMatch(/volume gone of pool bad could not be looked at/);
    }
  });

  test('keeps from what has to be sure', async () => {
    await shell('mkdir -p "$1/f"; truncate -s 8M "$1/f/x"', `${mountRoot}/${volumes.main}`);
    ledger.later(() => shell('rm -rf "$1/f"', `${mountRoot}/${volumes.main}`));
    await configure(ledger, `[pool.default]\nservers = ["node1.lab"]\nvolumes = ["gone", "${volumes.main}"]\n`);
    for (const args of [
      ['image', 'undelete', 'x'],
      ['image', 'adopt', 'f/x', 'x', '--volume', volumes.main],
    ]) {
      const { exitCode, json, said } = await gntGluster(args);
      expect({ exitCode, json }, said).toEqual({ exitCode: 7, json: undefined });
    }
    expect(await shell('ls "$1/f"', `${mountRoot}/${volumes.main}`)).toBe('x\n');
    await configure(ledger, configuration);
  });

  test('that is the only one is the failure itself', async () => {
    for (const args of [
      ['image', 'list', '--pool', 'bad'],
      ['trash', 'list', '--pool', 'bad'],
    ]) {
      const { exitCode, json, said } = await gntGluster(args);
      expect({ exitCode, json }).toEqual({ exitCode: 7, json: undefined });
      expect(said).toMatch(/^gnt-gluster: volume gone could not be mounted\n/);
    }
  });
});
