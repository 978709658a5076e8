import { accessSync, constants } from 'node:fs';
import { findPool, loadConfiguration } from '#gluster/configuration/load.ts';
import type { Request } from '#gluster/configuration/parameters.ts';
import type { Pool } from '#gluster/configuration/pool.ts';
import { answeringServer, serverName, serversOf } from '#gluster/glusterd/servers.ts';
import { imageNames } from '#gluster/images/image.ts';
import { freeSpace } from '#gluster/images/space.ts';
import { mountVolume } from '#gluster/node/mounts.ts';
import { checkSmallRequests } from '#gluster/node/small-requests.ts';
import { asFailure, Failure } from '#src/errors.ts';
import { toolDirectories } from '#src/exec.ts';
import { failureLines, note } from '#src/reply.ts';
import { formatBytes } from '#src/units.ts';

type Check = (request: Request<'verify'>) => Promise<string>;

const tools = ['flock', 'losetup', 'mount.glusterfs', 'qemu-img', 'setpriv', 'stat', 'umount'];

const checks: Readonly<Record<string, Check>> = {
  // The parameters were parsed before any check runs: whoever comes here has valid ones.
  parameters: async ({ parameters }) =>
    `${
      Object.entries(parameters)
        .map(([name, value]) => `${name}=${value}`)
        .join(' ') || 'none given'
    }`,

  configuration: async (request) => {
    const { file } = await loadConfiguration();
    const pool = await poolOf(request);
    return `${file ?? 'no file, built-in defaults'}; pool ${pool.name}: volumes ${volumesOf(request, pool).join(', ')}`;
  },

  tools: async () => {
    const missing = tools.filter((tool) => !toolDirectories.some((directory) => isExecutable(`${directory}/${tool}`)));
    if (missing.length === 0) return tools.join(', ');
    const hint = 'apt-get install glusterfs-client qemu-utils util-linux';
    throw new Failure('environment', `not installed: ${missing.join(', ')}`, { hint });
  },

  servers: async (request) => {
    const pool = await poolOf(request);
    const answers: string[] = [];
    for (const volume of volumesOf(request, pool)) {
      const servers = await serversOf(pool, volume);
      const asked = await answeringServer(servers);
      if (asked === undefined) throw new Failure('unavailable', `no Gluster server of volume ${volume} answers`);
      answers.push(`${volume} by ${serverName(asked.server)} (of ${servers.length})`);
    }
    return answers.join(', ');
  },

  storage: async (request) => {
    const pool = await poolOf(request);
    const found: string[] = [];
    for (const volume of volumesOf(request, pool)) {
      const mounted = await mountVolume(pool, volume);
      try {
        await checkSmallRequests(mounted);
        found.push(`${volume} at ${mounted.path}, ${formatBytes(freeSpace(mounted.path))} free`);
      } finally {
        await mounted.release();
      }
    }
    return found.join('; ');
  },

  names: async (request) => {
    const pool = await poolOf(request);
    const volumes = new Map<string, string[]>();
    for (const volume of pool.volumes) {
      const mounted = await mountVolume(pool, volume);
      try {
        for (const name of imageNames(mounted)) volumes.set(name, [...(volumes.get(name) ?? []), volume]);
      } finally {
        await mounted.release();
      }
    }
    const twice = [...volumes].filter(([, on]) => on.length > 1);
    if (twice.length === 0) return `${volumes.size} images, each on one volume`;
    throw new Failure('exists', `there are images of one name on several volumes of pool ${pool.name}`, {
      problems: twice.map(([name, on]) => `${name}: on ${on.join(' and ')}`),
      hint: 'gnt-gluster image list; every verb refuses both images until one is moved out of the way',
    });
  },
};

/** The checks verify knows, in the order in which they are made. */
export const checkNames = Object.keys(checks);

/** Makes the named checks, or all, says what each found, and throws the first failure after the last check. */
export async function runChecks(request: Request<'verify'>, names: readonly string[]): Promise<string> {
  const lines: string[] = [];
  const failures: Failure[] = [];
  for (const [name, check] of Object.entries(checks)) {
    if (names.length > 0 && !names.includes(name)) continue;
    try {
      lines.push(`${name}: ok: ${await check(request)}\n`);
    } catch (error) {
      const failure = asFailure(error);
      if (failure === undefined) throw error;
      failures.push(failure);
      lines.push(`${name}: FAILED: ${failure.message}\n`);
    }
  }
  const [first, ...others] = failures;
  if (first === undefined) return lines.join('');
  note(lines.join('').trimEnd());
  for (const failure of others) note(failureLines('verify', failure).join('\n'));
  throw first;
}

async function poolOf({ parameters }: Request<'verify'>): Promise<Pool> {
  const configuration = await loadConfiguration();
  return await findPool(configuration, parameters.pool ?? configuration.defaultPool);
}

function volumesOf({ parameters }: Request<'verify'>, pool: Pool): readonly string[] {
  const only = parameters.volume;
  if (only === undefined) return pool.volumes;
  if (pool.volumes.includes(only)) return [only];
  throw new Failure('invalid', `pool ${pool.name} has no volume ${only} (known: ${pool.volumes.join(', ')})`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
