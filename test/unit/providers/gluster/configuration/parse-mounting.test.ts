import { describe, expect, test } from 'vitest';
import { parsePools } from '#gluster/configuration/parse.ts';
import { builtinPool, type Pool } from '#gluster/configuration/pool.ts';

/** The problems of a document whose only pool has these keys. */
async function problemsOf(pool: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
  return (await parsePools({ pool: { main: pool } })).problems;
}

async function poolOf(keys: Readonly<Record<string, unknown>>): Promise<Pool> {
  const { pools, problems } = await parsePools({ pool: { main: keys } });
  expect(problems).toEqual([]);
  return { ...builtinPool, ...pools[0] };
}

describe('directory', () => {
  test.each(['images', 'a/b/c', '_x', 'v1.0', 'a'.repeat(100)])('can be %s', async (directory) => {
    expect((await poolOf({ directory })).directory).toBe(directory);
  });
  test.each(
    [
      '',
      '/',
      '.',
      '..',
      '/images',
      'images/',
      'a//b',
      '../a',
      'a/..',
      'a/../b',
      './a',
      'a/.',
      '.work',
      'a/.glusterfs',
    ].concat(['-a', 'a b', 'a\n', 'a\0', 'a,b', 'ä', 'a\\b', 'a'.repeat(101), 'a/'.repeat(120).concat('a')]),
  )('cannot be %j', async (directory) => {
    expect(await problemsOf({ directory })).toEqual([expect.stringMatching(/^pool\.main: directory: must be/)]);
  });
});

describe('mount_options', () => {
  test.each(['direct-io-mode=disable', 'log-level=WARNING', 'acl', 'transport=tcp', 'x=a/b:c.d_e'])(
    '%s',
    async (option) => {
      expect((await poolOf({ mount_options: [option] })).mountOptions).toEqual([option]);
    },
  );
  test.each([
    'backup-volfile-servers=a',
    'backupvolfile-server=a',
    'log-file=/x',
    'ro',
    'server-port=1',
    'volfile-server-port=1',
    'kernel-writeback-cache=yes',
    'fopen-keep-cache',
  ])('%s is the business of the provider', async (option) => {
    expect(await problemsOf({ mount_options: [option] })).toEqual([expect.stringContaining('set by the provider')]);
  });
  test.each(['', ' ', 'a,b', 'a=', 'a=b,c', '-o', '--x', 'a b', 'a=b c', 'A', '=x', 'a=b=c', 'a\n', 'a=$(x)', 'a=`x`'])(
    '%j cannot be one',
    async (option) => {
      expect(await problemsOf({ mount_options: [option] })).toEqual([expect.stringContaining('option=value')]);
    },
  );
});
