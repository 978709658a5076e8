import { rmdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf } from '#src/errors.ts';
import { exitStatusOf, startWorker, toolDirectories } from '#src/exec.ts';
import { mountAt, unmount } from '#src/mounts.ts';
import { makeRunDirectory, runDirectory } from '#src/run-directory.ts';
import { waitFor } from '#src/wait.ts';

/**
 * The process number that GlusterFS knows geo-replication by. Its clients see shards by name, as no other client does.
 */
const geoReplication = -1;

/** Milliseconds: for the client to come up, for all that is asked of it, and for it to end. */
const times = { mount: 30_000, look: 60_000, end: 5000 };

/** So many names at a time: the next look at the bricks finds the rest. */
const most = 100;

/**
 * Has a client of a volume look some paths up, relative to its root. A copy that has no such entry, while no mark tells
 * of it, gets the entry then, and the mark: healing fills it. `gluster volume heal NAME full` does so only where the
 * node with the highest UUID has the entry, because that one reads its own brick. The client does nothing else, and is
 * gone when this returns, or when this process is.
 */
export async function lookUp(volume: string, paths: readonly string[]): Promise<void> {
  const point = `${runDirectory}/lookup/${volume}`;
  // A client that died with its process left a mount that answers nobody.
  await leave(point);
  makeRunDirectory('lookup', volume);
  const argv = ['glusterfs', '--no-daemon', `--client-pid=${geoReplication}`, '--process-name', 'fuse'];
  const log = `--log-file=/var/log/glusterfs/ganeti-lookup-${volume}.log`;
  const client = await startWorker(
    [...argv, '--volfile-server=localhost', `--volfile-id=/${volume}`, log, point],
    { PATH: toolDirectories.join(':') },
    () => undefined,
  );
  const ended = client.ended.then(() => true);
  try {
    const isThere = (): boolean => mountAt(point) !== undefined;
    if (!(await Promise.race([waitFor(isThere, Boolean, times.mount), ended.then(() => false)]))) return;
    const names = paths.slice(0, most).map((path) => `${point}/${path}`);
    await exitStatusOf(['stat', '--format=', '--', ...names], { timeLimit: times.look });
  } finally {
    await leave(point);
    if (!(await Promise.race([ended, sleep(times.end, false)]))) process.kill(client.pid, 'SIGKILL');
    await ended;
    await leave(point);
  }
}

/** There is no mount at a path when this returns, and no directory, if that can be. */
async function leave(point: string): Promise<void> {
  if (mountAt(point) !== undefined) await unmount(point, { lazy: true });
  try {
    rmdirSync(point);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}
