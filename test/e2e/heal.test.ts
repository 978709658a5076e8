/**
 * A fault of GlusterFS 10 and 11 that docs/failures.md tells of: who makes a file larger all the time keeps the
 * self-heal daemon from healing what the file has besides its content. With every write that takes new room the shard
 * translator changes the size it keeps for the file, under a lock that a client gives back when it has had nothing to
 * change for cluster.post-op-delay-secs (afr_are_conflicting_ops_waiting of afr-transaction.c), and the daemon does not
 * wait for that lock (afr_selfheal_tie_breaker_inodelk of afr-self-heal-common.c).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect } from 'vitest';
import { waitFor } from '#src/wait.ts';
import { bricksOnline } from '../lab/gluster.ts';
import { poll } from '../lab/process.ts';
import { look, refused, run } from './support/commands.ts';
import { healed, healsWithin, volumes } from './support/heal.ts';
import { lab, node } from './support/lab.ts';
import { killOn, processes } from './support/processes.ts';
import { lastStep, step } from './support/steps.ts';

const mount = '/mnt/growing';
const file = 'growing-file';
const mounted = `mount -t glusterfs node1.lab:/ganeti ${mount}`;
const pidFile = '/run/growing.pid';

/** Beyond the first shard: healing the content of that one would make the writer give its lock back. */
const writer = [
  `fio --name=growing --filename=${mount}/${file} --direct=1 --bs=4k --rw=write --offset=64m --size=256m`,
  '--thread --fallocate=none --rate_iops=25 --time_based --runtime=600',
].join(' ');

const write = `${writer} </dev/null >/dev/null 2>&1 & echo $! >${pidFile}`;

/** A file has two names on a brick: its own, and its gfid below .glusterfs. */
const loseOnBrick = [
  'cd /bricks/ganeti/brick',
  'inode=$(stat -c %i lost)',
  'rm lost',
  'find .glusterfs -inum "$inode" -delete',
].join('\n');

/** Prints the numbers of the self-heal daemons of a node. */
const daemons = "pgrep -f -- '--process-name [g]lustershd'";

step('every volume has all its copies', async () => {
  // A client that another file killed while it wrote left an entry, and Gluster looks for those every ten minutes. The
  // stop of a volume can end the self-heal daemon of a node for all others, by signal 11 with GlusterFS 10.3.
  await run('gnt-gluster pool heal ganeti');
  for (const volume of await volumes()) await healed(volume);
  await becomes('ok');
  await run('gnt-gluster pool status');
});

step('what a brick lost, and Gluster knows nothing of, is found by comparing the bricks, and healed', async () => {
  expect(await run('gnt-gluster pool verify')).toMatch(/^volume ganeti: 3 bricks have the same \d+ files$/m);
  await look(lab().master, `mkdir -p ${mount}; ${mounted}; echo data >${mount}/lost; umount ${mount}`);
  await look(lab().nodes[2] ?? lab().master, loseOnBrick);
  await becomes('ok');
  const { stdout } = await refused('gnt-gluster pool verify ganeti');
  expect(stdout).toBe(
    'volume ganeti: 1 of its files is not the same on all bricks\nlost is missing on node3.lab:/bricks/ganeti/brick\n',
  );
  await look(lab().master, `${mounted}; stat ${mount}/lost; umount ${mount}`);
  await run('gnt-gluster pool heal ganeti');
  expect(await run('gnt-gluster pool verify ganeti')).toContain('3 bricks have the same');
  // Who removes a file also takes its mark below .shard away; else the next client does, while a brick is down.
  const marks = '/bricks/ganeti/brick/.shard/.remove_me';
  const untilGone = `while [ -n "$(ls -A ${marks} 2>/dev/null)" ]; do sleep 0.1; done`;
  await look(lab().master, `${mounted}; cat ${mount}/lost; rm ${mount}/lost; ${untilGone}; umount ${mount}`);
});

step('while a file goes on growing, Gluster does not heal what a brick missed of it', async () => {
  await look(lab().master, `${mounted}; truncate -s 512M ${mount}/${file}; umount ${mount}`);
  // It would be faster than the client's first connection to the brick.
  await run('gluster volume set ganeti cluster.self-heal-daemon off');
  await killOn('node3', 'brick');
  await look(lab().master, `${mounted}\n${write}`);
  await poll('node3 misses something', 60_000, async () => ((await missed()) > 0 ? true : undefined));
  const { stdout } = await refused('gnt-gluster pool status');
  expect(stdout).toMatch(/ganeti +replica 3 +degraded +2\/3/);
  expect(stdout).toContain('volume ganeti: brick node3.lab:/bricks/ganeti/brick does not run\n');
  await run('gluster volume start ganeti force');
  await bricksOnline(lab().master, 'ganeti', lab().nodes.length);
  await poll('node3 misses no more', 60_000, missesNoMore);
  await run('gluster volume set ganeti cluster.self-heal-daemon on');
  expect(await healsWithin('ganeti', 10_000)).toBe(false);
  expect(await missed()).toBeGreaterThan(0);
  await becomes('healing');
});

step('it does when clients give their locks back at once', async () => {
  await healed('ganeti', 1000);
  expect(await missed()).toBe(0);
  await becomes('ok');
  expect(await look(lab().master, `pgrep -F ${pidFile}`)).toHaveLength(1);
  expect(await run('gluster volume get ganeti cluster.post-op-delay-secs')).toMatch(/post-op-delay-secs +1\b/);
});

step('gnt-gluster starts a brick, and has all healed that it missed, under the same writer', async () => {
  await killOn('node3', 'brick');
  await poll('node3 misses something', 60_000, async () => ((await missed()) > 0 ? true : undefined));
  expect(await run('gnt-gluster pool heal ganeti --dry-run')).toContain('gluster volume start ganeti force\n');
  const { stderr } = await refused('gnt-gluster pool brick restart node2.lab:/bricks/ganeti/brick');
  expect(stderr).toContain('brick node3.lab:/bricks/ganeti/brick does not run');
  expect(await run('gnt-gluster pool brick start node3.lab:/bricks/ganeti/brick')).toContain(
    'brick node3.lab:/bricks/ganeti/brick of volume ganeti runs, and all copies are complete\n',
  );
  expect(await missed()).toBe(0);
  expect(await look(lab().master, `pgrep -F ${pidFile}`)).toHaveLength(1);
  expect(await run('gluster volume get ganeti cluster.post-op-delay-secs')).toMatch(/post-op-delay-secs +1\b/);
});

step('a brick is restarted under the same writer, and has all that was written meanwhile', async () => {
  const brick = 'node2.lab:/bricks/ganeti/brick';
  const before = await brickPids('node2.lab');
  expect(await run(`gnt-gluster pool brick start ${brick}`)).toContain(
    `brick ${brick} of volume ganeti runs already\n`,
  );
  // The writer opened its file while the brick of node3 was down: it is not open there.
  const { stderr } = await refused(`gnt-gluster pool brick restart ${brick}`);
  expect(stderr).toMatch(/a client has file \S+ open, and not on brick node3.lab:/);
  expect(await brickPids('node2.lab')).toEqual(before);
  await look(lab().master, `pkill -KILL -F ${pidFile}; ${write}`);
  expect(await run(`gnt-gluster pool brick restart ${brick}`)).toContain(
    `ending process ${before} of brick ${brick}\n`,
  );
  const after = await brickPids('node2.lab');
  expect(after).toHaveLength(1);
  expect(after).not.toEqual(before);
  expect([await missed(1), await missed(2)]).toEqual([0, 0]);
  expect(await run('gnt-gluster pool verify ganeti')).toContain('3 bricks have the same');
  expect(await look(lab().master, `pgrep -F ${pidFile}`)).toHaveLength(1);
  expect(await run('gluster volume get ganeti cluster.post-op-delay-secs')).toMatch(/post-op-delay-secs +1\b/);
});

step('a self-heal daemon that its glusterd lost track of is started anew, for every volume of its node', async () => {
  const node = lab().nodes[2] ?? lab().master;
  // What glusterd does itself when it could not add a volume to its daemon.
  await look(node, 'rm /run/gluster/shd/ganeti/ganeti-shd.pid');
  const isLost = 'volume ganeti: the self-heal daemon of node3.lab does not run\n';
  expect((await refused('gnt-gluster pool status')).stdout).toContain(isLost);
  await run('gluster volume start ganeti force');
  expect((await refused('gnt-gluster pool status')).stdout).toContain(isLost);
  const before = await look(node, daemons);
  expect(await run('gnt-gluster pool heal ganeti')).toContain('starting does not help');
  const after = await look(node, daemons);
  expect(after.filter((pid) => before.includes(pid))).toEqual([]);
  for (const volume of await volumes()) {
    const status = await run(`gluster volume status ${volume} shd`, node);
    const [, pid] = / localhost .* Y +([0-9]+) *$/m.exec(status) ?? [];
    expect(after, `the daemons, and the status of ${volume}:\n${status}`).toContain(pid);
  }
});

afterAll(async () => {
  const stop = `[ ! -f ${pidFile} ] || { pkill -KILL -F ${pidFile}; rm ${pidFile}; }`;
  const remove = `if mountpoint -q ${mount}; then rm -f ${mount}/${file}; while ! umount ${mount}; do sleep 0.1; done; fi`;
  await look(lab().master, `${stop}; ${remove}; gluster volume reset ganeti cluster.self-heal-daemon`);
});

lastStep();

/** Waits until gnt-gluster says so of the volume; else shows all it says. Its exit status is 1 unless all is well. */
async function becomes(state: string): Promise<void> {
  let said: readonly string[] = [];
  const isSo = async (): Promise<boolean> => {
    said = await look(lab().master, 'gnt-gluster pool status || test $? = 1');
    return said.some((line) => new RegExp(`\\bganeti +replica 3 +${state}\\b`).test(line));
  };
  if (!(await waitFor(isSo, (is) => is, 60_000))) throw new Error(`the volume is not ${state}:\n${said.join('\n')}`);
}

/** The numbers of the processes of the brick of a node. */
async function brickPids(name: string): Promise<readonly string[]> {
  return await look(node(name), `pgrep -f '${processes.brick}'`);
}

/**
 * How many changes of the file besides its content a brick missed, that of node3 unless told, as the brick of node1 has
 * it noted.
 */
async function missed(client = 2): Promise<number> {
  const attribute = `trusted.afr.ganeti-client-${client}`;
  const script = `getfattr --absolute-names -n ${attribute} -e hex /bricks/ganeti/brick/${file} || true`;
  const value = (await look(lab().master, script)).map((line) => line.split('=0x')[1]).find((hex) => hex !== undefined);
  return Number.parseInt(value?.slice(8, 16) ?? '0', 16);
}

async function missesNoMore(): Promise<true | undefined> {
  const before = await missed();
  await sleep(1000);
  return (await missed()) === before ? true : undefined;
}
