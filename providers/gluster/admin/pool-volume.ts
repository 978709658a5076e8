import type { Pool } from '#gluster/configuration/pool.ts';
import { answeringServer, serverName } from '#gluster/glusterd/servers.ts';
import { type Volume, volumeInfo } from '#gluster/glusterd/volumes.ts';
import { Failure } from '#src/errors.ts';
import { unknown } from '#src/parameters.ts';
import type { CommandInput } from './command.ts';
import { poolsOf } from './volumes.ts';

/**
 * The volume that a pool means, among those of the glusterd of this node. The servers of the pool may have another one
 * of that name: it is the same if it has the same UUID there. Throws a Failure of kind unavailable where it has not, or
 * where that is not known.
 */
export async function poolVolume({ servers }: Pool, name: string, known: readonly Volume[]): Promise<Volume> {
  const volume = known.find((one) => one.name === name);
  if (volume === undefined)
    throw new Failure('unavailable', `the glusterd of this node has no volume ${name}`, {
      hint: `run this on a node with a brick of it: gluster volume info ${name}`,
    });
  if (servers.length === 0) return volume;
  const { theirs, server } = await askServer(servers, name);
  if (theirs?.id === volume.id) return volume;
  throw new Failure('unavailable', `${server} has another volume ${name} than the glusterd of this node`, {
    problems: [`its UUID there is ${theirs?.id ?? '(none)'}, and here it is ${volume.id}`],
  });
}

/** The same where this node has no glusterd, as a server of the pool has it. */
export async function volumeAt({ servers }: Pool, name: string): Promise<Volume> {
  const { theirs, server } = await askServer(servers, name);
  if (theirs === undefined) throw new Failure('unavailable', `${server} has no volume ${name}`);
  return theirs;
}

async function askServer(servers: Pool['servers'], name: string) {
  const asked = await answeringServer(servers);
  if (asked === undefined) throw new Failure('unavailable', `no server of volume ${name} answers`);
  return { theirs: await volumeInfo(name, asked.ipv6 ?? asked.server.host), server: serverName(asked.server) };
}

/** The pool that has a volume, among those that a command is about. Throws a Failure of kind invalid when none has. */
export async function poolWith(name: string, input: CommandInput): Promise<Pool> {
  const pools = await poolsOf(input);
  const pool = pools.find((one) => one.volumes.includes(name));
  if (pool !== undefined) return pool;
  const known = pools.flatMap((one) => one.volumes);
  throw new Failure('invalid', await unknown('volume', name, known), { hint: 'gnt-gluster pool status' });
}
