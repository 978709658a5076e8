import { unknown } from '#src/parameters.ts';
import { usualPatience } from '#src/supervise.ts';
import { type Preallocation, preallocations } from '#src/tools/qemu-img.ts';
import { canonicalHost, isIpv6, isLoopback } from './hosts.ts';
import { type KeyDescription, poolKeys, topKeys } from './keys.ts';
import { isPlainName } from './names.ts';
import { builtinPool, type Pool, type Server } from './pool.ts';
import { parseDuration, parseOvercommit, parsePatience, parseReserve } from './values.ts';

type Table = Readonly<Record<string, unknown>>;
type Report = (problem: string) => void;

const usualPort = 24007;

/** Options this provider sets itself, or that would change what a disk may rely on. */
const reservedOptions = [
  'backup-volfile-servers',
  'backupvolfile-server',
  // Both would let a node read what it has kept of an image that another node has changed.
  'fopen-keep-cache',
  'kernel-writeback-cache',
  'log-file',
  'ro',
  'server-port',
  'volfile-server-port',
];

export interface ParsedPools {
  readonly defaultPool: string;
  readonly pools: readonly Pool[];
  readonly patience: number;
  /** Every problem found, as sentences; the pools are meaningless unless this is empty. */
  readonly problems: readonly string[];
}

/** Reads the pools out of a parsed configuration file. */
export async function parsePools(document: Table): Promise<ParsedPools> {
  const problems: string[] = [];
  const report: Report = (problem) => problems.push(problem);
  await reportUnknownKeys('', document, topKeys, report);
  const table = isTable(document.pool) ? document.pool : {};
  const names = Object.keys(table);
  if (names.length === 0) report('there is no pool: add a table such as [pool.default]');
  const pools: Pool[] = [];
  for (const name of names) {
    if (!isPlainName(name)) report(`pool ${JSON.stringify(name)}: not a name of letters, digits, . _ -`);
    pools.push(await parsePool(name, table[name], (problem) => report(`pool.${name}: ${problem}`)));
  }
  for (const problem of overlaps(pools)) report(problem);
  const chosen = document.default_pool;
  const defaultPool = typeof chosen === 'string' ? chosen : ((names.length === 1 ? names[0] : 'default') ?? 'default');
  if (chosen !== undefined && typeof chosen !== 'string') report('default_pool must be the name of a pool');
  else if (names.length > 0 && !names.includes(defaultPool))
    report(`default_pool: there is no pool ${JSON.stringify(defaultPool)}`);
  const patience =
    parsedBy(document, 'give_up', parsePatience, 'must be a time from "5s" to "24h", such as "60s"', report) ??
    usualPatience;
  return { defaultPool, pools, patience, problems };
}

/**
 * Where two pools would have the same images, or one those of the other among its own: an image belongs to one. Volumes of one
 * name are taken for two only where the pools name different servers.
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
          `pools ${other.name} and ${pool.name} both have volume ${volume} with directory ${other.directory} and ${pool.directory}: give each one of its own, beside the other`,
      );
    }),
  );
}

async function parsePool(name: string, value: unknown, report: Report): Promise<Pool> {
  if (!isTable(value)) {
    report('must be a table');
    return { ...builtinPool, name };
  }
  await reportUnknownKeys('', value, poolKeys, report);
  return {
    name,
    servers: texts(value, 'servers', report).flatMap((text) => parseServer(text, report)),
    volumes: volumesOf(value, report),
    directory: directoryOf(value, report),
    mountOptions: texts(value, 'mount_options', report).filter((option) => checkMountOption(option, report)),
    preallocation: preallocationOf(value, report),
    reserve:
      parsedBy(
        value,
        'reserve',
        parseReserve,
        'must be a part of the volume or a size, such as "5%" or "20G"',
        report,
      ) ?? builtinPool.reserve,
    trash:
      parsedBy(value, 'trash', parseDuration, 'must be a time such as "30m", "24h" or "7d", or "0"', report) ??
      builtinPool.trash,
    overcommit: parsedBy(value, 'overcommit', parseOvercommit, 'must be a number above 0, at most 1000', report),
  };
}

function parseServer(text: string, report: Report): readonly Server[] {
  const { host, port = String(usualPort) } = hostAndPort(text);
  if (host === undefined || Number(port) < 1 || Number(port) > 65535)
    report(
      `servers: ${JSON.stringify(text)} is not a lower-case host name or an address, with :port if it is not ${usualPort}` +
        ' (and an IPv6 address then in brackets)',
    );
  else if (isLoopback(host))
    report(`servers: ${host} means another machine on each node; give its name in the cluster`);
  else return [{ host, port: Number(port) }];
  return [];
}

/** The parts of NAME, NAME:PORT, IPV6, [IPV6] or [IPV6]:PORT. */
function hostAndPort(text: string): { readonly host?: string | undefined; readonly port?: string | undefined } {
  const [, bracketed, ipv6Port] = /^\[([0-9a-f:.]+)\](?::([0-9]{1,5}))?$/.exec(text) ?? [];
  const address = bracketed ?? text;
  if (isIpv6(address)) return { host: canonicalHost(address), port: ipv6Port };
  const [, host, port] = /^([a-z0-9][a-z0-9.-]*)(?::([0-9]{1,5}))?$/.exec(text) ?? [];
  return { host, port };
}

function volumesOf(table: Table, report: Report): readonly string[] {
  if (table.volumes === undefined) return builtinPool.volumes;
  const volumes = texts(table, 'volumes', report);
  if (volumes.length === 0) report('volumes: name at least one volume');
  for (const volume of volumes)
    if (!isPlainName(volume)) report(`volumes: ${JSON.stringify(volume)} is no name of a volume`);
  if (new Set(volumes).size < volumes.length) report('volumes: the same volume stands there twice');
  return volumes;
}

function directoryOf(table: Table, report: Report): string {
  const value = table.directory ?? builtinPool.directory;
  if (typeof value === 'string' && value.length <= 200 && value.split('/').every(isPlainName)) return value;
  report('directory: must be one or more names joined by /, without one at either end');
  return builtinPool.directory;
}

function preallocationOf(table: Table, report: Report): Preallocation {
  const value = table.preallocation ?? builtinPool.preallocation;
  const found = preallocations.find((known) => known === value);
  if (found === undefined) report(`preallocation: must be one of ${preallocations.join(', ')}`);
  return found ?? 'off';
}

/** A value that a function of its own reads. undefined when it is not there, or when that function does not understand it. */
function parsedBy<Value>(
  table: Table,
  key: string,
  parse: (value: unknown) => Value | undefined,
  rule: string,
  report: Report,
): Value | undefined {
  if (table[key] === undefined) return undefined;
  const value = parse(table[key]);
  if (value === undefined) report(`${key}: ${rule}`);
  return value;
}

function checkMountOption(option: string, report: Report): boolean {
  const [, key] = /^([a-z][a-z0-9-]*)(?:=[A-Za-z0-9./_:-]+)?$/.exec(option) ?? [];
  if (key === undefined) report(`mount_options: ${JSON.stringify(option)} is not of the form option or option=value`);
  else if (reservedOptions.includes(key)) report(`mount_options: ${key} is set by the provider`);
  else return true;
  return false;
}

function texts(table: Table, key: string, report: Report): readonly string[] {
  const value = table[key] ?? [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  report(`${key}: must be a list of texts`);
  return [];
}

async function reportUnknownKeys(
  where: string,
  table: Table,
  keys: readonly KeyDescription[],
  report: Report,
): Promise<void> {
  const known = keys.map(({ name }) => name);
  for (const key of Object.keys(table)) if (!known.includes(key)) report(`${where}${await unknown('key', key, known)}`);
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
