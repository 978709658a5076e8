import { isTable as isObject } from '#src/files.ts';
import { unknown } from '#src/parameters.ts';
import { type KeyDescription, readKeys } from './key.ts';
import { poolDefaults, poolKeys, poolTable, topKeys, topTable } from './keys.ts';
import { type KnownPool, keysOfKnown } from './known-pools.ts';
import { isPlainName, plainNameRule } from './names.ts';
import type { Pool } from './pool.ts';

type Table = Readonly<Record<string, unknown>>;
type Report = (problem: string) => void;

export interface ParsedPools {
  readonly defaultPool: string;
  readonly pools: readonly Pool[];
  readonly patience: number;
  /** Every problem found, as sentences; the pools are meaningless unless this is empty. */
  readonly problems: readonly string[];
}

/** Reads the pools out of a parsed configuration file. `known`: those that are there without it. */
export async function parsePools(document: Table, known: readonly KnownPool[] = []): Promise<ParsedPools> {
  const problems: string[] = [];
  const report: Report = (problem) => problems.push(problem);
  await reportUnknownKeys(document, topKeys, report);
  const table = isTable(document.pool) ? document.pool : {};
  const others = known.filter(({ name }) => !Object.hasOwn(table, name));
  const names = [...Object.keys(table), ...others.map(({ name }) => name)];
  if (names.length === 0) report('there is no pool: add a table such as [pool.default]');
  const pools: Pool[] = [];
  for (const name of Object.keys(table)) {
    if (!isPlainName(name)) report(`the name of pool ${JSON.stringify(name)} ${plainNameRule}`);
    const pool = await parsePool(name, table[name], (problem) => report(`pool.${name}: ${problem}`));
    const told = known.find((one) => one.name === name);
    pools.push(told === undefined ? pool : withKnown(pool, table[name], told));
  }
  for (const pool of others) pools.push({ name: pool.name, ...poolDefaults, ...keysOfKnown(pool) });
  for (const problem of overlaps(pools)) report(problem);
  const chosen = document.default_pool;
  // A pool that is made must not become the default of a file that has tables.
  const [only, ...more] = Object.keys(table).length > 0 ? Object.keys(table) : names;
  const defaultPool = typeof chosen === 'string' ? chosen : ((more.length === 0 ? only : 'default') ?? 'default');
  // Where there is no file, nobody could name one: then disks have to.
  const isNamed = chosen !== undefined || Object.keys(table).length > 0;
  if (chosen !== undefined && typeof chosen !== 'string') report('default_pool must be the name of a pool');
  else if (isNamed && !names.includes(defaultPool))
    report(`default_pool: there is no pool ${JSON.stringify(defaultPool)}`);
  const { giveUp } = readKeys(topTable, document, report);
  return { defaultPool, pools, patience: giveUp, problems };
}

/**
 * Where two pools would have the same images, or one those of the other among its own: an image belongs to one. Volumes
 * of one name are taken for two only where the pools name different servers.
 */
function overlaps(pools: readonly Pool[]): readonly string[] {
  return pools.flatMap((pool, index) =>
    pools.slice(0, index).flatMap((other) => {
      const meet =
        `${pool.directory}/`.startsWith(`${other.directory}/`) ||
        `${other.directory}/`.startsWith(`${pool.directory}/`);
      const names = new Set(other.servers.map(({ host }) => host));
      const isOneCluster =
        names.size === 0 || pool.servers.length === 0 || pool.servers.some(({ host }) => names.has(host));
      const shared = pool.volumes.filter((volume) => other.volumes.includes(volume));
      if (!meet || !isOneCluster) return [];
      return shared.map(
        (volume) =>
          `pools ${other.name} and ${pool.name} both have volume ${volume}, with directories ${other.directory} and ${pool.directory}: give each pool its own directory, outside the other`,
      );
    }),
  );
}

async function parsePool(name: string, value: unknown, report: Report): Promise<Pool> {
  if (!isTable(value)) {
    report('must be a table');
    return { name, ...poolDefaults };
  }
  await reportUnknownKeys(value, poolKeys, report);
  return { name, ...readKeys(poolTable, value, report) };
}

/** What the administrator wrote holds: other servers can have other volumes of the same names. */
function withKnown(pool: Pool, given: unknown, known: KnownPool): Pool {
  if (!isTable(given) || given.volumes !== undefined || given.servers !== undefined) return pool;
  return { ...pool, ...keysOfKnown(known) };
}

async function reportUnknownKeys(table: Table, keys: readonly KeyDescription[], report: Report): Promise<void> {
  const known = keys.map(({ name }) => name);
  for (const key of Object.keys(table)) if (!known.includes(key)) report(await unknown('key', key, known));
}

/** TOML has dates, too. */
function isTable(value: unknown): value is Table {
  return isObject(value) && !(value instanceof Date);
}
