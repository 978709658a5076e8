import { existsSync, mkdirSync, rmSync } from 'node:fs';
import type { Pool } from '#gluster/configuration/pool.ts';
import { answeringServer, serverName, serversOf } from '#gluster/glusterd/servers.ts';
import { publishRun } from '#gluster/leases/published-runs.ts';
import { asFailure, Failure } from '#src/errors.ts';
import { run } from '#src/exec.ts';
import { answers, mountAt, mountPatience, unmount } from '#src/mounts.ts';
import { note } from '#src/reply.ts';
import { makeRunDirectory } from '#src/run-directory.ts';
import { backingFile, detachLoopDevice } from '#src/tools/losetup.ts';
import { summarize, usersOf } from '#src/tools/processes.ts';
import { errorsOf, logSince, logSize } from './client-log.ts';
import { deviceUsers, imageOf, ownLoopDevices } from './loops.ts';
import { isMadeOtherwise, rememberMount } from './mount-memory.ts';
import { clientRuns, isMounted, mountPoint, unmountIfIdle } from './mount-points.ts';

const mountSeconds = 60;

/**
 * Mounts a volume unless it is mounted as its pool wants it and answers within some milliseconds. One that was made
 * otherwise and is in use stays, which is said. The caller holds this node's lock on the mount.
 */
export async function makeMount(pool: Pool, volume: string, patience: number): Promise<void> {
  const point = mountPoint(pool.name, volume);
  const outputFile = `${makeRunDirectory()}/mount@${pool.name}@${volume}.out`;
  // One that was killed in this place left it.
  rmSync(outputFile, { force: true });
  const before = mountAt(point);
  if (before !== undefined && isMadeOtherwise(pool, volume, before) && !(await unmountIfIdle(pool.name, volume)))
    note(
      `warning: volume ${volume} is in use, and stays mounted as an earlier configuration wanted it: gnt-gluster mount status`,
    );
  if (isMounted(pool.name, volume)) {
    if (await answers(point, patience)) return;
    await removeDeadMount(pool.name, volume);
  }
  const servers = await serversOf(pool, volume, { fresh: true });
  const first = await answeringServer(servers);
  if (first === undefined)
    throw new Failure('unavailable', `no Gluster server of pool ${pool.name} answers`, {
      problems: servers.map((server) => `${serverName(server)} accepts no connection`),
      hint: 'gnt-gluster config check',
    });
  makeRunDirectory('mnt', pool.name, volume);
  const log = `/var/log/glusterfs/ganeti-${pool.name}-${volume}.log`;
  mkdirSync('/var/log/glusterfs', { recursive: true });
  const logged = logSize(log);
  const { mountArguments, mountHint } = await import('./mount-arguments.ts');
  const { source, options } = await mountArguments(pool, volume, servers, first, log);
  const argv = [...ownScope(), 'mount.glusterfs', source, point, '-o', options.join(',')];
  const result = await run(argv, { timeLimit: mountSeconds * 1000, outputFile });
  // mount.glusterfs can exit 0 without having mounted anything, so only the effect counts. A client that its servers
  // turn away goes while we look: what answered then is the bare directory.
  const works = isMounted(pool.name, volume) && (await answers(point, mountPatience.usual));
  const mount = mountAt(point);
  if (works && mount?.type === 'fuse.glusterfs') {
    rememberMount(pool, volume, mount);
    return publishHere(`${point}/${pool.directory}`);
  }
  if (mount !== undefined) await unmount(point, { lazy: true });
  const said = logSince(log, logged);
  const output = result.stdout + errorsOf(said);
  throw new Failure('unavailable', `volume ${volume} could not be mounted`, {
    command: { argv, outcome: result.timedOut ? 'no answer in time' : `exit status ${result.exitCode}`, output },
    hint: mountHint(volume, said),
  });
}

/** A node that is back tells so as soon as it can, for those that wait for what it had before. */
function publishHere(imagesDirectory: string): void {
  try {
    if (existsSync(imagesDirectory)) publishRun(imagesDirectory);
  } catch (error) {
    // Mounting must not depend on it; taking a lease does.
    if (asFailure(error) === undefined) throw error;
  }
}

/**
 * Where systemd runs, the FUSE process gets a scope of its own: a restart of ganeti-noded must not end the guests'
 * disks.
 */
function ownScope(): readonly string[] {
  if (!existsSync('/run/systemd/system')) return [];
  return [
    'systemd-run',
    '--scope',
    '--quiet',
    '--collect',
    '--slice=system.slice',
    '--description=GlusterFS mount of Ganeti',
  ];
}

/**
 * Takes a dead mount away. Loop devices on it that nobody has open go first: `gnt-cluster verify` leaves one for every
 * instance that is shut down.
 */
async function removeDeadMount(pool: string, volume: string): Promise<void> {
  const point = mountPoint(pool, volume);
  const problems: string[] = [];
  for (const device of await ownLoopDevices((path) => path.startsWith(`${point}/`))) {
    const users = deviceUsers(device);
    const image = imageOf(backingFile(device) ?? '');
    if (users.length === 0) await detachLoopDevice(device);
    else problems.push(`image ${image} (${device}) is in use by ${summarize(users)}`);
  }
  const users = usersOf((path) => path === point || path.startsWith(`${point}/`));
  if (users.length > 0) problems.push(`files of it are in use by ${summarize(users)}`);
  if (problems.length > 0)
    throw new Failure('unavailable', `the mount of volume ${volume} does not answer, and it is still in use`, {
      problems,
      hint: clientRuns(point)
        ? `its FUSE client runs: gluster volume status ${volume}; it answers when most of its bricks do`
        : 'shut the instances of these images down (gnt-instance shutdown), then start them again',
    });
  await unmount(point, { lazy: true });
}
