import { closeSync, constants, existsSync, fstatSync, mkdirSync, openSync, rmSync } from 'node:fs';
import type { Pool } from '#gluster/configuration/pool.ts';
import { answeringServer, serverName, serversOf } from '#gluster/glusterd/servers.ts';
import { publishRun } from '#gluster/leases/published-runs.ts';
import { asFailure, errnoOf, Failure } from '#src/errors.ts';
import { run } from '#src/exec.ts';
import { isLocked, withLock } from '#src/lock.ts';
import { answers, mountAt, mountPatience, unmount } from '#src/mounts.ts';
import { makeRunDirectory, mountsDirectory } from '#src/run-directory.ts';
import { backingFile, detachLoopDevice, loopDevicesBy } from '#src/tools/losetup.ts';
import { isRunning, summarize, usersOf } from '#src/tools/processes.ts';
import { errorsOf, logSince, logSize } from './client-log.ts';
import { deviceUsers, imageOf, ownLoopDevices } from './loops.ts';
import { readRecord } from './records.ts';

const mountSeconds = 60;

/** A mounted volume. While it is held no other process of this provider can unmount it. */
export interface MountedVolume {
  readonly pool: Pool;
  readonly volume: string;
  /** Where it is mounted. */
  readonly path: string;
  readonly release: () => Promise<void>;
}

/** Where a volume is mounted on this node. The pool is part of it: two clusters may have volumes of one name. */
export function mountPoint(pool: string, volume: string): string {
  return `${mountsDirectory}/${pool}/${volume}`;
}

/** Whether a volume is mounted now, as the kernel says; a dead mount counts. Starts no process. */
export function isMounted(pool: string, volume: string): boolean {
  return mountAt(mountPoint(pool, volume))?.type === 'fuse.glusterfs';
}

/**
 * Whether the FUSE client of a mount is there. One that does not answer but runs has lost its bricks, and is as before
 * when they are back; a mount whose client died never answers again.
 */
export function clientRuns(point: string): boolean {
  return isRunning('glusterfs', point);
}

/**
 * Mounts a volume on this node unless it is mounted, and holds it. The mount answered within a time limit when this
 * returns. Throws a Failure of kind unavailable when the volume cannot be reached, or when its mount is dead and
 * something still uses it.
 */
export async function mountVolume(pool: Pool, volume: string): Promise<MountedVolume> {
  const point = mountPoint(pool.name, volume);
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const lock = `mount@${pool.name}@${volume}`;
    // Somebody mounts it now, or was killed at that.
    const unfinished = isLocked(lock);
    if (unfinished || !(isMounted(pool.name, volume) && (await answers(point, mountPatience.untilHung)))) {
      const patience = unfinished ? mountPatience.untilHung : mountPatience.short;
      await withLock(lock, `mount of volume ${volume}`, () => makeMount(pool, volume, patience));
    }
    const descriptor = hold(point);
    if (descriptor !== undefined)
      return { pool, volume, path: point, release: () => releaseMount(pool.name, volume, descriptor) };
  }
  throw new Failure('unavailable', `the mount of volume ${volume} at ${point} comes and goes`, {
    hint: 'gnt-gluster mount status',
  });
}

/**
 * Opens the root of a mount, which keeps it from being unmounted. undefined when it is gone by now. Throws a Failure of
 * kind unavailable when it is there and its root cannot be opened: without quorum only questions about its size are
 * answered.
 */
export function hold(point: string): number | undefined {
  const descriptor = openRoot(point);
  if (descriptor === undefined) return undefined;
  // The root of a Gluster volume always is inode 1; the bare directory below it never is.
  if (fstatSync(descriptor).ino === 1 && mountAt(point)?.type === 'fuse.glusterfs') return descriptor;
  closeSync(descriptor);
  return undefined;
}

function openRoot(point: string): number | undefined {
  try {
    return openSync(point, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw asFailure(error) ?? error;
  }
}

/** Lets go of a mount, and takes it away if that leaves it without any user on this node. */
async function releaseMount(pool: string, volume: string, descriptor: number): Promise<void> {
  closeSync(descriptor);
  await unmountIfIdle(pool, volume);
}

/**
 * Unmounts a volume that nothing on this node uses; the kernel is the judge, so it is safe at any time. Starts no
 * process when an image of it is attached.
 */
export async function unmountIfIdle(pool: string, volume: string): Promise<void> {
  const point = mountPoint(pool, volume);
  if (isMounted(pool, volume) && !carriesDevice(point)) await unmount(point);
}

/** Whether an image on a mount is attached, as far as records and the kernel tell. */
function carriesDevice(point: string): boolean {
  const devices = loopDevicesBy((path) => path.startsWith(`${point}/`));
  return devices.some((device) => {
    const file = backingFile(device);
    // Another verb may have detached it since.
    return file !== undefined && readRecord(imageOf(file))?.device === device;
  });
}

/** Mounts a volume unless it is mounted and answers within some milliseconds. */
async function makeMount(pool: Pool, volume: string, patience: number): Promise<void> {
  const point = mountPoint(pool.name, volume);
  const outputFile = `${makeRunDirectory()}/mount@${pool.name}@${volume}.out`;
  // One that was killed in this place left it.
  rmSync(outputFile, { force: true });
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
  if (isMounted(pool.name, volume) && (await answers(point, mountPatience.usual)) && isMounted(pool.name, volume))
    return publishHere(`${point}/${pool.directory}`);
  if (mountAt(point) !== undefined) await unmount(point, { lazy: true });
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
