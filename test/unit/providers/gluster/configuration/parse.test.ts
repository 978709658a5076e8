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

test('an empty pool is the built-in one under its name', async () => {
  expect(await poolOf({})).toEqual({ ...builtinPool, name: 'main' });
});

describe('servers', () => {
  test.each([
    ['gluster1', 'gluster1', 24007],
    ['gluster1.example.com', 'gluster1.example.com', 24007],
    ['gluster1.example.com:24008', 'gluster1.example.com', 24008],
    ['192.0.2.7:1', '192.0.2.7', 1],
    ['a-b:65535', 'a-b', 65535],
    ['fd00::1', 'fd00::1', 24007],
    ['[fd00::1]', 'fd00::1', 24007],
    ['[fd00:0:0::01]:24008', 'fd00::1', 24008],
    ['::ffff:192.0.2.7', '::ffff:c000:207', 24007],
  ])('%s', async (text, host, port) => {
    expect((await poolOf({ servers: [text] })).servers).toEqual([{ host, port }]);
  });

  test('keep their order', async () => {
    const { servers } = await poolOf({ servers: ['c', 'a:1', 'b'] });
    expect(servers.map(({ host }) => host)).toEqual(['c', 'a', 'b']);
  });

  test.each(
    [
      '',
      ' ',
      'Upper',
      'under_score',
      '-a',
      '.a',
      'a b',
      'a,b',
      'a/b',
      'a:',
      'a:0',
      'a:65536',
      'a:99999',
      'a:123456',
    ].concat([
      'a:x',
      'a:-1',
      'a:1:2',
      '[fd00::1',
      'fd00::1]',
      '[fd00::1]:0',
      '[fd00::1]:',
      '[fd00::g]',
      'fd00::1%eth0',
      'FD00::1',
      '[192.0.2.7]',
      'tcp://a',
      'a\n',
      'ä',
      'a@b',
      'a;b',
    ]),
  )('refuse %j', async (text) => {
    const problems = await problemsOf({ servers: [text] });
    expect(problems).toEqual([expect.stringMatching(/^pool\.main: servers: .*is not a lower-case host name/)]);
  });

  test.each(
    ['localhost', 'localhost:24007', 'localhost.localdomain', 'localhost.', '127.0.0.1', '127.0.0.1:24007'].concat(
      // Debian's installer gives the machine's own name to this address.
      ['127.0.1.1', '127.1.2.3:24007', '::1', '[::1]:24007', '::', 'fe80::1', '[fe80::1]:24007'],
    ),
  )('refuse %s: it is another machine on each node', async (text) => {
    expect(await problemsOf({ servers: [text] })).toEqual([expect.stringContaining('another machine on each node')]);
  });
});

describe('volumes', () => {
  test.each([[['ganeti']], [['v1', 'v2']], [['a-b_c.d']]])('can be %j', async (volumes) => {
    expect((await poolOf({ volumes })).volumes).toEqual(volumes);
  });
  test.each([
    [[], /at least one/],
    [['a', 'a'], /twice/],
    [['a/b'], /"a\/b" cannot be the name/],
    [['..'], /cannot be the name/],
    [[''], /cannot be the name/],
    [['-a'], /cannot be the name/],
  ])('cannot be %j', async (volumes, problem) => {
    expect(await problemsOf({ volumes })).toEqual([expect.stringMatching(problem)]);
  });
});

describe('node groups', () => {
  test.each([[['default']], [['ot her|x=1', ' lead ', 'é', '-a', '..']]])('can be %j', async (groups) => {
    expect((await poolOf({ node_groups: groups })).nodeGroups).toEqual(groups);
  });
  test.each([
    [[], /at least one/],
    [['a', 'a'], /twice/],
    [[''], /"" cannot be the name of a node group/],
    [['bad\nname'], /"bad\\nname" cannot be the name/],
  ])('cannot be %j', async (groups, problem) => {
    expect(await problemsOf({ node_groups: groups })).toEqual([expect.stringMatching(problem)]);
  });
});

test.each(['off', 'falloc', 'full'])('preallocation %s', async (preallocation) => {
  expect((await poolOf({ preallocation })).preallocation).toBe(preallocation);
});

test.each([
  ['preallocation', ['', 'OFF', 'on', 'metadata', 1, true, []]],
  ['servers', ['a', 1, true, {}, [1], ['a', 1], [['a']]]],
  ['volumes', ['a', 1, {}, [1]]],
  ['node_groups', ['a', 1, {}, [1]]],
  ['directory', [1, true, ['a'], {}]],
  ['mount_options', ['acl', 1, {}, [1]]],
])('%s of another kind is a problem that names it', async (key, values) => {
  for (const value of values) {
    const problems = await problemsOf({ [key]: value });
    expect.soft(problems.length, JSON.stringify(value)).toBeGreaterThan(0);
    for (const problem of problems) expect(problem).toContain(key);
  }
});
