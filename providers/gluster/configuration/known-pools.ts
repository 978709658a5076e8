import { Failure } from '#src/errors.ts';
import { isTable, parseObject, readIfThere, textField } from '#src/files.ts';
import { isPlainName } from './names.ts';
import type { Pool } from './pool.ts';
import type { Server } from './servers.ts';

/** Where each node of the cluster is told which pools `gnt-gluster pool` made. */
export const poolsFile = '/var/lib/ganeti-extstorage-gluster/pools.json';

/** A pool that `gnt-gluster pool` made, as far as nodes that use it have to know it. */
export interface KnownPool {
  readonly name: string;
  /** Those that have bricks of it. */
  readonly servers: readonly Server[];
  readonly volumes: readonly KnownVolume[];
}

interface KnownVolume {
  readonly name: string;
  /** Its UUID. */
  readonly id: string;
}

/** The text of the file for some pools. */
export function knownPoolsText(pools: readonly KnownPool[]): string {
  return `${JSON.stringify({ pools }, undefined, 1)}\n`;
}

/** The pools that this node was told of; none where there is no such file. Throws a Failure for a damaged one. */
export function readKnownPools(file = poolsFile): readonly KnownPool[] {
  const text = readIfThere(file);
  if (text === undefined) return [];
  const pools = parseKnownPools(text);
  if (pools !== undefined) return pools;
  throw new Failure('invalid', `${file} is damaged`, { hint: 'on the master node: gnt-gluster pool reconcile' });
}

/** Reads such a text; undefined when any part of it is not as it was written. */
export function parseKnownPools(text: string): readonly KnownPool[] | undefined {
  const list = parseObject(text)?.pools;
  if (!Array.isArray(list)) return undefined;
  const pools = list.map(parsePool).filter((pool) => pool !== undefined);
  return pools.length === list.length ? pools : undefined;
}

/** The keys of a pool that its volumes decide. */
export function keysOfKnown({ servers, volumes }: KnownPool): Pick<Pool, 'servers' | 'volumes' | 'ids'> {
  const ids = Object.fromEntries(volumes.map(({ name, id }) => [name, id]));
  return { servers, volumes: volumes.map(({ name }) => name), ids };
}

function parsePool(value: unknown): KnownPool | undefined {
  if (!isTable(value) || !Array.isArray(value.servers) || !Array.isArray(value.volumes)) return undefined;
  const name = textField(value, 'name');
  const servers = value.servers.filter(isServer);
  const volumes = value.volumes.filter(isVolume);
  if (name === undefined || !isPlainName(name) || servers.length === 0 || volumes.length === 0) return undefined;
  if (servers.length < value.servers.length || volumes.length < value.volumes.length) return undefined;
  return { name, servers, volumes };
}

function isServer(value: unknown): value is Server {
  return isTable(value) && typeof value.host === 'string' && value.host !== '' && typeof value.port === 'number';
}

function isVolume(value: unknown): value is KnownVolume {
  return isTable(value) && isPlainName(textField(value, 'name') ?? '') && typeof value.id === 'string';
}
