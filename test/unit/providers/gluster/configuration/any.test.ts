import fc from 'fast-check';
import { stringify } from 'smol-toml';
import { expect, test } from 'vitest';
import { hostOfUri } from '#gluster/configuration/hosts.ts';
import { type Configuration, parseConfiguration } from '#gluster/configuration/load.ts';
import { imageUri } from '#gluster/glusterd/servers.ts';
import { Failure } from '#src/errors.ts';
import { propertyRuns } from '../../../help.ts';

const nameLike = fc.oneof(
  { weight: 9, arbitrary: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,5}$/) },
  fc.stringMatching(/^[a./_-]{0,4}$/),
);
const serverLike = fc.oneof(
  { weight: 9, arbitrary: fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,9}(:[1-9][0-9]{0,3})?$/) },
  fc.constantFrom('localhost', '127.0.0.1', 'A', 'a_b', '[::1]:1', 'a:0'),
);
const scalar = fc.oneof(fc.string({ unit: 'binary' }), fc.boolean(), fc.integer(), fc.date({ noInvalidDate: true }));
const anything = fc.oneof(scalar, nameLike, fc.array(fc.string()), fc.dictionary(fc.string(), scalar));

/** Nearly valid pools: each key is right more often than not. */
const poolLike = fc.record(
  {
    servers: fc.oneof({ weight: 6, arbitrary: fc.array(serverLike) }, anything),
    volumes: fc.oneof({ weight: 6, arbitrary: fc.array(nameLike, { minLength: 1, maxLength: 3 }) }, anything),
    node_groups: fc.oneof({ weight: 6, arbitrary: fc.uniqueArray(nameLike, { minLength: 1 }) }, anything),
    directory: fc.oneof(
      { weight: 6, arbitrary: fc.array(nameLike, { minLength: 1 }).map((parts) => parts.join('/')) },
      anything,
    ),
    mount_options: fc.oneof({ weight: 6, arbitrary: fc.subarray(['acl', 'log-level=INFO']) }, anything),
    preallocation: fc.oneof({ weight: 6, arbitrary: fc.constantFrom('off', 'falloc', 'full') }, anything),
    reserve: fc.oneof({ weight: 6, arbitrary: fc.constantFrom('5%', '0%', '20G') }, anything),
    trash: fc.oneof({ weight: 6, arbitrary: fc.constantFrom('0', '30m', '24h', '7d') }, anything),
    overcommit: fc.oneof({ weight: 6, arbitrary: fc.constantFrom(1, 2.5) }, fc.double(), anything),
  },
  { requiredKeys: [] },
);
/** Documents that must be accepted. */
const label = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,9}$/);
const host = fc.stringMatching(/^[b-k][a-z0-9.-]{0,19}$/);
const server = fc.oneof(
  host,
  // fe80::/10, multicast and ::1 apart, of which the first group says what it is.
  fc
    .ipV6()
    .filter((address) => /^[23fF][0-9a-fA-F]{3}:/.test(address) && !/^(?:fe|ff)/i.test(address))
    .map((address) => address.toLowerCase()),
  fc.tuple(host, fc.integer({ min: 1, max: 65535 })).map((parts) => parts.join(':')),
);
const validPool = fc.record({
  servers: fc.array(server, { minLength: 1, maxLength: 4 }),
  volumes: fc.uniqueArray(label, { minLength: 1, maxLength: 3 }),
  directory: fc.array(label, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
});
const validDocument = fc
  .dictionary(label, validPool, { minKeys: 1, maxKeys: 2 })
  .map((pool) => ({ default_pool: Object.keys(pool)[0] ?? '', pool }));

const poolsLike = fc.dictionary(nameLike, fc.oneof({ weight: 9, arbitrary: poolLike }, anything), { maxKeys: 3 });
const documentLike = fc.oneof(
  fc.record(
    { default_pool: fc.oneof(nameLike, anything), pool: poolsLike, other: anything },
    { requiredKeys: ['pool'] },
  ),
  poolsLike.map((pool) => ({ default_pool: Object.keys(pool)[0] ?? '', pool })),
  fc.dictionary(fc.constantFrom('pool', 'default_pool', 'x'), anything),
  validDocument,
);

async function parse(text: string): Promise<Configuration | undefined> {
  try {
    return await parseConfiguration(text, 'x.toml');
  } catch (error) {
    expect(error).toBeInstanceOf(Failure);
    expect(error).toMatchObject({ kind: 'invalid', details: { problems: expect.any(Array) } });
    expect((error as Failure).details.problems?.length).toBeGreaterThan(0);
    return undefined;
  }
}

function checkSane({ pools, defaultPool }: Configuration): void {
  expect(pools.map(({ name }) => name)).toContain(defaultPool);
  expect(new Set(pools.map(({ name }) => name)).size).toBe(pools.length);
  for (const pool of pools) {
    for (const name of [pool.name, ...pool.volumes, ...pool.directory.split('/')])
      expect(name).toMatch(/^(?![.-])[^/\s\p{Cc}]+$/u);
    expect(pool.volumes.length).toBeGreaterThan(0);
    for (const group of pool.nodeGroups) expect(group).toMatch(/^\P{Cc}+$/u);
    for (const option of pool.mountOptions) expect(option).not.toMatch(/[,\s]|^-|^ro$/);
    for (const { host: name, port } of pool.servers) {
      expect(name).not.toMatch(/^localhost|^127\./);
      expect(port >= 1 && port <= 65535).toBe(true);
    }
    expect(['off', 'falloc', 'full']).toContain(pool.preallocation);
    expect(pool.reserve.percent >= 0 && pool.reserve.percent < 100 && pool.reserve.bytes >= 0).toBe(true);
    expect(Number.isSafeInteger(pool.trash) && pool.trash >= 0).toBe(true);
    if (pool.overcommit !== undefined) expect(pool.overcommit > 0 && pool.overcommit <= 1000).toBe(true);
  }
}

test('any document is refused as invalid or describes pools that can be used', async () => {
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(documentLike, async (document) => {
      const configuration = await parse(stringify(document));
      if (configuration === undefined) return;
      accepted += 1;
      checkSane(configuration);
    }),
    { numRuns: propertyRuns },
  );
  expect(accepted).toBeGreaterThan(20);
});

test('any text is refused as invalid or describes pools that can be used', async () => {
  const token = fc.constantFrom(
    '[',
    ']',
    'pool',
    '.',
    '"',
    'a',
    '=',
    '\n',
    '{',
    '}',
    ',',
    '1',
    "'",
    '#',
    ' ',
    '\0',
    'é',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(token).map((tokens) => `[pool.a]\n${tokens.join('')}`),
  );
  await fc.assert(
    fc.asyncProperty(text, async (source) => {
      const configuration = await parse(source);
      if (configuration !== undefined) checkSane(configuration);
    }),
    { numRuns: propertyRuns },
  );
});

test('every valid configuration yields addresses that Ganeti 3.1 accepts, and that mean what was configured', async () => {
  await fc.assert(
    fc.asyncProperty(validDocument, label, async (document, image) => {
      const { pools } = await parseConfiguration(stringify(document), 'x.toml');
      for (const { servers, volumes, directory } of pools) {
        for (const from of servers) {
          const path = `${directory}/${image}/disk`;
          const uri = imageUri(from, volumes[0] ?? '', path);
          expect(uri).toMatch(/^gluster:\/\/[a-z0-9-.]+:\d+\/[^/]+\/.+$/);
          const url = new URL(uri);
          expect(url.pathname).toBe(`/${volumes[0]}/${path}`);
          expect(url.search + url.hash + url.username).toBe('');
          expect(hostOfUri(url.hostname)).toBe(from.host);
        }
      }
    }),
  );
});
