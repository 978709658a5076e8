import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { poolKeys, topKeys } from '#gluster/configuration/keys.ts';
import { configuredPatience, findPool, loadConfiguration, parseConfiguration } from '#gluster/configuration/load.ts';
import { builtinPool } from '#gluster/configuration/pool.ts';
import { failureOf, scratchDirectory } from '../../../help.ts';

const parse = (text: string) => parseConfiguration(text, '/etc/x.toml');

async function problemsOf(text: string): Promise<readonly string[]> {
  const failure = await failureOf(() => parse(text));
  expect(failure).toMatchObject({ kind: 'invalid', message: expect.stringContaining('/etc/x.toml') });
  return failure.details.problems ?? [];
}

test('the example is valid and describes one pool', async () => {
  const { pools, defaultPool } = await parse(readFileSync('providers/gluster/files/gluster.toml.example', 'utf8'));
  expect(defaultPool).toBe('default');
  const servers = [1, 2, 3].map((number) => ({ host: `gluster${number}.example.com`, port: 24007 }));
  expect(pools).toEqual([{ ...builtinPool, servers }]);
});

test('the example shows every key with its default', () => {
  const example = readFileSync('providers/gluster/files/gluster.toml.example', 'utf8');
  for (const { name } of [...topKeys, ...poolKeys].filter(({ name }) => name !== 'pool'))
    expect(example).toMatch(new RegExp(`^(# )?${name} = `, 'm'));
});

describe('the default pool', () => {
  test.each([
    ['[pool.only]', 'only'],
    ['[pool.a]\nvolumes = ["a"]\n[pool.default]', 'default'],
    ['default_pool = "b"\n[pool.a]\nvolumes = ["a"]\n[pool.b]', 'b'],
    ['[pool."__proto__"]', '__proto__'],
  ])('%j: %s', async (text, name) => {
    expect((await parse(text)).defaultPool).toBe(name);
  });

  test.each([
    ['[pool.a]\nvolumes = ["a"]\n[pool.b]', /no pool "default"/],
    ['default_pool = "c"\n[pool.a]', /no pool "c"/],
    ['default_pool = "constructor"\n[pool.a]', /no pool "constructor"/],
    ['default_pool = 1\n[pool.a]', /must be the name of a pool/],
  ])('%j: refused', async (text, problem) => {
    expect(await problemsOf(text)).toEqual([expect.stringMatching(problem)]);
  });
});

describe('two pools', () => {
  const one = '[pool.a]\nvolumes = ["v", "w"]\n';
  test.each([
    ['[pool.b]\nvolumes = ["w"]', 'w'],
    ['[pool.b]\nvolumes = ["w"]\ndirectory = "images/b"', 'w'],
    ['[pool.b]\nvolumes = ["v"]\nservers = ["s"]', 'v'],
  ])('that have images in one place are refused: %j', async (other, volume) => {
    const problem = new RegExp(`pools a and b both have volume ${volume}, with directories images`);
    expect(await problemsOf(`default_pool = "a"\n${one}${other}`)).toEqual([expect.stringMatching(problem)]);
  });

  test.each([
    `${one}[pool.b]\nvolumes = ["v"]\ndirectory = "images2"`,
    '[pool.a]\nservers = ["s"]\n[pool.b]\nservers = ["t"]',
    '[pool.a]\ndirectory = "x/a"\n[pool.b]\ndirectory = "x/ab"',
  ])('that have not are accepted: %j', async (text) => {
    expect((await parse(`default_pool = "a"\n${text}`)).pools).toHaveLength(2);
  });
});

describe('refused', () => {
  test.each([
    ['', [/there is no pool/]],
    ['pool = 1', [/there is no pool/]],
    ['[[pool]]', [/there is no pool/]],
    ['[pool]\na = 1', [/^pool\.a: must be a table/]],
    ['[pool]\na = 1979-05-27', [/^pool\.a: must be a table/]],
    ['[pool."a/b"]', [/the name of pool "a\/b" must start with/]],
    ['[pool.""]', [/the name of pool "" must start with/]],
    ['[pool.a]\nserver = []', [/^pool\.a: unknown key "server"; did you mean servers\?/]],
    ['[pools.a]', [/unknown key "pools"; did you mean pool\?/, /there is no pool/]],
    ['defaultpool = "a"\n[pool.a]', [/unknown key "defaultpool"; did you mean default_pool\?/]],
  ])('%j', async (text, problems) => {
    expect(await problemsOf(text)).toEqual(problems.map((problem) => expect.stringMatching(problem)));
  });

  test('with every problem of every pool at once', async () => {
    const problems = await problemsOf(`
      default_pool = "c"
      colour = "red"
      [pool.a]
      servers = ["localhost", "Upper"]
      directory = "../x"
      [pool.b]
      volumes = []
      preallocation = "some"
      mount_options = ["ro"]
      size = 1
      reserve = 5
      overcommit = "2"
      trash = "1w"
    `);
    expect(problems).toHaveLength(12);
    expect(problems.filter((problem) => problem.startsWith('pool.a: '))).toHaveLength(3);
    expect(problems.filter((problem) => problem.startsWith('pool.b: '))).toHaveLength(7);
  });

  test.each(['[pool', 'a = ', 'a = 1\na = 2', '[pool.a]\n[pool.a]', 'x = 99999999999999999999', '\0', '\ufffd'])(
    'what is no TOML: %j',
    async (text) => {
      const problems = await problemsOf(text);
      expect(problems).toHaveLength(1);
      expect(problems[0]).not.toBe('');
    },
  );
});

describe('loadConfiguration', () => {
  test('without a file the built-in pool holds', async () => {
    const configuration = await loadConfiguration(`${scratchDirectory()}/absent.toml`);
    expect(configuration).toEqual({ file: undefined, defaultPool: 'default', pools: [builtinPool], patience: 60_000 });
  });

  test.each([
    ['give_up = "90s"\n[pool.default]\n', 90_000],
    ['[pool.default]\n', 60_000],
    ['give_up = "1s"\n[pool.default]\n', 60_000],
    ['give_up = [broken', 60_000],
  ])('with %j work is given up after %i ms', async (text, patience) => {
    const file = `${scratchDirectory()}/x.toml`;
    writeFileSync(file, text);
    expect(await configuredPatience(file)).toBe(patience);
  });

  test('an empty file is not the same as none', async () => {
    const file = `${scratchDirectory()}/empty.toml`;
    writeFileSync(file, '');
    expect((await failureOf(() => loadConfiguration(file))).kind).toBe('invalid');
  });

  test('a directory in its place is explained to the administrator', async () => {
    const file = `${scratchDirectory()}/gluster.toml`;
    mkdirSync(file);
    expect((await failureOf(() => loadConfiguration(file))).message).toContain(file);
  });

  test('a file with carriage returns is read', async () => {
    const file = `${scratchDirectory()}/x.toml`;
    writeFileSync(file, '[pool.a]\r\nvolumes = ["v"]\r\n');
    expect((await loadConfiguration(file)).pools).toMatchObject([{ name: 'a', volumes: ['v'] }]);
  });
});

test('a pool nobody configured is answered with the nearest', async () => {
  const configuration = await parse('default_pool = "fast"\n[pool.fast]\n[pool.slow]\nvolumes = ["slow"]');
  expect(await findPool(configuration, 'slow')).toMatchObject({ name: 'slow' });
  const failure = await failureOf(() => findPool(configuration, 'fats'));
  expect(failure).toMatchObject({ kind: 'invalid', message: expect.stringMatching(/did you mean fast\?.*fast, slow/) });
});
