import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { poolDefaults } from '#gluster/configuration/keys.ts';
import { type KnownPool, knownPoolsText, parseKnownPools, readKnownPools } from '#gluster/configuration/known-pools.ts';
import { loadConfiguration } from '#gluster/configuration/load.ts';
import { failureOf, scratchDirectory } from '../../../help.ts';

const pool: KnownPool = {
  name: 'fast',
  servers: [
    { host: '10.0.0.1', port: 24007 },
    { host: 'fd00::2', port: 24007 },
  ],
  volumes: [
    { name: 'gnt-fast-001', id: 'a1' },
    { name: 'gnt-fast-002', id: 'a2' },
  ],
};
const other: KnownPool = { ...pool, name: 'default', volumes: [{ name: 'gnt-default-001', id: 'b1' }] };
const ids = { 'gnt-fast-001': 'a1', 'gnt-fast-002': 'a2' };
const volumes = ['gnt-fast-001', 'gnt-fast-002'];

/** What a node knows that was told of some pools, and has a configuration file, or none. */
async function configured(pools: readonly KnownPool[], text?: string) {
  const directory = scratchDirectory();
  const [file, told] = [`${directory}/gluster.toml`, `${directory}/pools.json`];
  writeFileSync(told, knownPoolsText(pools));
  if (text !== undefined) writeFileSync(file, text);
  return await loadConfiguration(file, told);
}

describe('the text of pools', () => {
  test('is read as it was written', () => {
    expect(parseKnownPools(knownPoolsText([pool, other]))).toEqual([pool, other]);
    expect(parseKnownPools(knownPoolsText([]))).toEqual([]);
  });

  test('is read as a whole or not at all', () => {
    const damaged: readonly object[] = [
      { ...pool, name: '../x' },
      { ...pool, servers: [] },
      { ...pool, servers: [{ host: '' }] },
      { ...pool, volumes: [{ name: 'a/b', id: 'x' }] },
      { ...pool, volumes: [{ name: 'a' }] },
      { ...pool, volumes: 'a' },
    ];
    for (const one of damaged)
      expect(parseKnownPools(JSON.stringify({ pools: [other, one] })), JSON.stringify(one)).toBeUndefined();
    for (const text of ['', '{', '[]', '{"pools":{}}', 'null']) expect(parseKnownPools(text), text).toBeUndefined();
  });

  test('that is damaged does not pass for no pools', async () => {
    const file = `${scratchDirectory()}/pools.json`;
    expect(readKnownPools(file)).toEqual([]);
    writeFileSync(file, knownPoolsText([pool]).slice(0, 40));
    expect(await failureOf(() => readKnownPools(file))).toMatchObject({ kind: 'invalid' });
  });
});

describe('a node that was told of pools', () => {
  test('needs no configuration file', async () => {
    const { pools, defaultPool, file } = await configured([pool]);
    expect({ defaultPool, file }).toEqual({ defaultPool: 'fast', file: undefined });
    expect(pools).toEqual([{ ...poolDefaults, name: 'fast', servers: pool.servers, volumes, ids }]);
    expect((await configured([pool, other])).defaultPool).toBe('default');
  });

  test('has them beside those of a configuration file, which says more of them', async () => {
    const text = '[pool.archive]\nvolumes = ["archive"]\n\n[pool.fast]\ntrash = "7d"\n';
    const { pools, defaultPool } = await configured([other, pool], text);
    expect(defaultPool).toBe('default');
    expect(pools.map(({ name, volumes: own, servers, trash }) => [name, own, servers.length, trash])).toEqual([
      ['archive', ['archive'], 0, 0],
      ['fast', volumes, 2, 604_800_000],
      ['default', ['gnt-default-001'], 2, 0],
    ]);
  });

  test('has what a file without pools says of all', async () => {
    expect(await configured([pool], 'give_up = "90s"\n')).toMatchObject({ patience: 90_000, defaultPool: 'fast' });
  });

  test('believes the administrator who names volumes or servers', async () => {
    const named = await configured([pool], '[pool.fast]\nvolumes = ["mine"]\n');
    expect(named.pools).toEqual([{ ...poolDefaults, name: 'fast', volumes: ['mine'] }]);
    const servers = await configured([pool], '[pool.fast]\nservers = ["s1"]\n');
    expect(servers.pools).toEqual([{ ...poolDefaults, name: 'fast', servers: [{ host: 's1', port: 24007 }] }]);
  });

  test('goes on using its disks where no pool can be the default', async () => {
    const { defaultPool, pools } = await configured([pool, { ...other, name: 'slow' }]);
    expect(pools.map(({ name }) => name)).toEqual(['fast', 'slow']);
    expect(defaultPool).toBe('default');
  });

  test('keeps the default pool that its file has', async () => {
    expect((await configured([other], '[pool.ssd]\nvolumes = ["ssd"]\n')).defaultPool).toBe('ssd');
    expect((await configured([pool], '[pool.ssd]\nvolumes = ["ssd"]\n')).defaultPool).toBe('ssd');
  });

  test('takes no property of all objects for a table of its file', async () => {
    const { pools } = await configured([{ ...pool, name: 'constructor' }], '[pool.ssd]\nvolumes = ["ssd"]\n');
    expect(pools.map(({ name, volumes: own }) => [name, own])).toEqual([
      ['ssd', ['ssd']],
      ['constructor', volumes],
    ]);
  });
});
