import type { Server } from '#gluster/configuration/servers.ts';
import { ifThereIsRoom, parseObject, readIfThere, replaceShared } from '#src/files.ts';
import { makeRunDirectory, runDirectory } from '#src/run-directory.ts';

/** The servers of a volume as last asked of glusterd, or none. */
export function readServers(volume: string): readonly Server[] {
  const object = parseObject(readIfThere(`${runDirectory}/volumes/${volume}`) ?? '');
  return parseServers(object?.servers);
}

/** Remembers the servers of a volume until this node boots, where there is room: they can be asked for again. */
export function writeServers(volume: string, servers: readonly Server[]): void {
  ifThereIsRoom(() => {
    makeRunDirectory('volumes');
    replaceShared(`${runDirectory}/volumes/${volume}`, JSON.stringify({ servers }));
  });
}

/** Reads a list of servers; what is none is left out. */
export function parseServers(list: unknown): readonly Server[] {
  return Array.isArray(list) ? list.flatMap(parseServer) : [];
}

function parseServer(value: unknown): readonly Server[] {
  if (typeof value !== 'object' || value === null || !('host' in value) || !('port' in value)) return [];
  const { host, port } = value;
  return typeof host === 'string' && typeof port === 'number' ? [{ host, port }] : [];
}
