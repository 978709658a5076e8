import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { configurationFile, loadConfiguration } from '#gluster/configuration/load.ts';
import type { Pool } from '#gluster/configuration/pool.ts';
import { groupFaults, isOutOfReach } from '#gluster/configuration/reach.ts';
import { answeringServer, serverName, serversOf } from '#gluster/glusterd/servers.ts';
import { isMounted } from '#gluster/node/mount-points.ts';
import { mountVolume } from '#gluster/node/mounts.ts';
import { checkSmallRequests } from '#gluster/node/small-requests.ts';
import { asFailure, Failure } from '#src/errors.ts';
import type { Command, CommandInput, Report } from './command.ts';
import { table } from './table.ts';

/** gnt-gluster config check [FILE] */
export const configCheck: Command = {
  name: 'config check',
  summary: 'check a configuration file, and whether its servers answer',
  operands: ['[FILE]'],
  options: {},
  local: true,
  run: check,
};

async function check(input: CommandInput): Promise<Report> {
  const [given] = input.operands;
  const file = given === undefined ? configurationFile : resolve(given);
  if (given !== undefined && !existsSync(file)) throw new Failure('missing', `there is no file ${file}`);
  const configuration = await loadConfiguration(file);
  const found = [];
  for (const pool of configuration.pools)
    for (const volume of pool.volumes) found.push(await checkVolume(pool, volume, file === configurationFile));
  const isTold = configuration.pools.some(({ ids }) => ids !== undefined);
  const none = `no configuration file: ${isTold ? 'the pools that gnt-gluster pool made' : 'built-in defaults'}`;
  const where = configuration.file ?? none;
  const rows = found.map(({ pool, volume, servers, answers, outOfReach, problem }) => [
    pool === configuration.defaultPool ? `${pool} (default)` : pool,
    volume,
    servers.join(' ') || '-',
    answers ?? '-',
    problem ?? (outOfReach ? 'for other node groups' : 'ok'),
  ]);
  const text = `${where}\n\n${await table(['Pool', 'Volume', 'Servers', 'Answers', 'Result'], rows)}`;
  const json = { file: configuration.file ?? null, defaultPool: configuration.defaultPool, volumes: found };
  const problems = await groupFaults(configuration.pools);
  return { json, text, bad: found.some(({ problem }) => problem !== null), problems };
}

async function tryMount(pool: Pool, volume: string): Promise<void> {
  const mounted = await mountVolume(pool, volume);
  try {
    await checkSmallRequests(mounted);
  } finally {
    await mounted.release();
  }
}

/** `inUse`: the configuration is the one that holds, not one to be tried. */
async function checkVolume(pool: Pool, volume: string, inUse: boolean) {
  const outOfReach = isOutOfReach(pool);
  const entry = { pool: pool.name, volume, directory: pool.directory, outOfReach };
  // Nobody expects that it answers here.
  if (outOfReach) return { ...entry, servers: pool.servers.map(serverName), answers: null, problem: null };
  try {
    const servers = await serversOf(pool, volume);
    const names = servers.map(serverName);
    const asked = await answeringServer(servers);
    const answers = asked === undefined ? null : serverName(asked.server);
    // Of one that is mounted more can be told at once, and nothing has to be mounted for it.
    if (answers !== null && inUse && isMounted(pool.name, volume)) await tryMount(pool, volume);
    return { ...entry, servers: names, answers, problem: answers === null ? 'no server answers' : null };
  } catch (error) {
    const failure = asFailure(error);
    if (failure === undefined) throw error;
    return { ...entry, servers: [], answers: null, problem: failure.message };
  }
}
