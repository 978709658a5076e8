/**
 * A brick moves to another node under a guest that writes. The process that moves it is killed in the middle, and
 * another node finishes the move.
 */
import { expect } from 'vitest';
import { addBrick } from '../lab/bricks.ts';
import { createVolume } from '../lab/gluster.ts';
import type { LabNode } from '../lab/node.ts';
import { poll } from '../lab/process.ts';
import { bricksOf } from './support/bricks.ts';
import { look, refused, run } from './support/commands.ts';
import { addInstance, guest, restartedBy, writes } from './support/guests.ts';
import { deleteVolume } from './support/heal.ts';
import { lab, node } from './support/lab.ts';
import { lastStep, step } from './support/steps.ts';

const name = 'moving';
const brickMebibytes = 3000;
const directory = `/bricks/${name}/brick`;
const [from = '', mate = '', to = ''] = ['node1.lab', 'node2.lab', 'node3.lab'].map((host) => `${host}:${directory}`);
const move = `gnt-gluster pool replace ${name} ${from} ${to}`;
const inst = guest(1);

step('a volume has copies on two of three nodes, and a guest writes to it', async () => {
  await createVolume({ name, nodes: [node('node1.lab'), node('node2.lab')], brickMebibytes });
  await addBrick(node('node3.lab'), name, brickMebibytes);
  const configuration = `default_pool = "default"\n\n[pool.default]\nvolumes = ["${name}"]\n`;
  await lab().master.exec(['tee', '/etc/ganeti/gluster.toml'], { input: configuration });
  await run('gnt-cluster copyfile /etc/ganeti/gluster.toml');
  await addInstance(1, { node: 'node2.lab' });
  await writes(inst);
  // Larger than one shard.
  await look(node('node2.lab'), `dd if=/dev/urandom of=/run/ganeti-gluster/mnt/default/${name}/cold bs=1M count=80`);
});

step('a move that would lose something is refused with all that is against it, and nothing is changed', async () => {
  const wrong = async (commandLine: string): Promise<string> => (await refused(commandLine)).stderr;
  expect(await wrong(`gnt-gluster pool replace ${name} ${to} ${from}`)).toContain(`volume moving has no brick ${to}`);
  const said = await wrong(`gnt-gluster pool replace ${name} ${from} node2.lab:${directory}`);
  expect(said).toContain('node2.lab has a brick of volume moving already');
  expect(said).toContain(`node2.lab: ${directory} is there already`);
  expect(await wrong(`gnt-gluster pool replace ${name} ${from} node3.lab:/etc/brick`)).toContain(
    'node3.lab: /etc lies on the root file system',
  );
  expect(await wrong(`gnt-gluster pool replace ${name} ${from} node3.lab:/bricks/nowhere/brick`)).toContain(
    'node3.lab: there is no directory /bricks/nowhere',
  );
  expect(await wrong(`gnt-gluster pool replace ${name} ${from} node9.lab:${directory}`)).toContain(
    'no node of the cluster with a glusterd is called node9.lab',
  );
  expect(await run(`${move} --dry-run`)).toContain(`  gluster volume add-brick moving replica 3 ${to}\n`);
  await run('gnt-cluster add-tags htools:nlocation:rack');
  for (const name of ['node1.lab', 'node3.lab']) await run(`gnt-node add-tags ${name} rack:1`);
  expect(await run(`${move} --dry-run`)).not.toContain('warning');
  await run('gnt-node add-tags node2.lab rack:1');
  expect(await run(`${move} --dry-run`)).toContain(
    'warning: node1.lab, node2.lab, and node3.lab fail together: rack:1\n',
  );
  for (const { fqdn } of lab().nodes) await run(`gnt-node remove-tags ${fqdn} rack:1`);
  await run('gnt-cluster remove-tags htools:nlocation:rack');
  expect(await bricks()).toEqual([from, mate]);
});

step('the process that moves a brick is killed while it copies, and the volume says what it began', async () => {
  const [pid = ''] = await look(lab().master, `${move} >/run/replace.log 2>&1 </dev/null & echo $!`);
  await poll('every client is on the new brick', 120_000, async () => {
    const lines = await look(lab().master, `gluster volume info ${name}`);
    return lines.some((line) => line.includes('"stage":"copying"')) ? true : undefined;
  });
  await look(lab().master, `kill -KILL ${pid}; while kill -0 ${pid} 2>/dev/null; do sleep 0.1; done`);
  expect(await bricks()).toEqual([from, mate, to]);
  const { stderr } = await refused(`gnt-gluster pool replace ${name} ${mate} ${to}`);
  expect(stderr).toContain('another change of volume moving is under way');
  expect((await refused('gnt-gluster pool status')).stdout).toContain('volume moving: a change is under way');
  expect(await run('gnt-gluster pool reconcile --dry-run')).toBe(
    `would finish: volume moving: brick ${from} moves to ${to}\n`,
  );
});

step('a cold file is copied, and is lost on the new brick while no mark tells of it', async () => {
  await run(`gluster volume set ${name} cluster.self-heal-daemon on`);
  // A guest that makes its image larger would keep it from being healed.
  await run(`gluster volume set ${name} cluster.post-op-delay-secs 0`);
  const files = await filesOfCold();
  let quiet = 0;
  await poll('all is healed', 300_000, async () => {
    await lab().master.exec(['gluster', 'volume', 'heal', name], { reject: false });
    const counts = await look(lab().master, `gluster volume heal ${name} statistics heal-count | grep entries:`);
    quiet = counts.length === 3 && counts.every((line) => line.endsWith(' 0')) ? quiet + 1 : 0;
    const there = await look(node('node3.lab'), `cd ${directory}; ls -d ${files.join(' ')} 2>/dev/null || true`);
    // Gluster has been seen to say 0 before all is there, and to leave it so.
    return (quiet > 0 && there.length === files.length) || quiet > 60 ? true : undefined;
  });
  for (const file of files)
    await look(node('node3.lab'), `cd ${directory}; [ ! -e ${file} ] || find . -samefile ${file} -delete`);
  await run(`gluster volume reset ${name} cluster.post-op-delay-secs`);
});

step('another node finishes the move', async () => {
  expect(await run('gnt-gluster pool reconcile', node('node2.lab'))).toContain(
    `brick ${from} of volume moving is at ${to} now`,
  );
  expect(await bricks()).toEqual([mate, to]);
  const sums = async (on: LabNode) => await look(on, `cd ${directory}; sha256sum ${(await filesOfCold()).join(' ')}`);
  expect(await sums(node('node3.lab'))).toEqual(await sums(node('node2.lab')));
  const timed = 'gnt-gluster pool reconcile --on-master';
  expect(await run(timed)).toBe('nothing was begun\n');
  expect(await run(timed, node('node3.lab'))).toBe('node1.lab is the master\n');
  await run('gnt-gluster pool status');
  expect(await run('gnt-gluster pool verify')).toContain('volume moving: 2 bricks have the same');
  const left = await look(lab().master, `ls -d ${directory}*`);
  expect(left).toEqual([expect.stringMatching(/^\/bricks\/moving\/brick\.removed-\d{4}-\d\d-\d\d$/)]);
});

step('the guest wrote all the time, and starts from the new brick alone', async () => {
  await writes(inst);
  await run('gnt-instance shutdown inst1.lab');
  await run(`gluster --mode=script volume remove-brick ${name} replica 1 ${mate} force`);
  expect((await restartedBy(inst, () => run('gnt-instance startup inst1.lab'))).records).toBeGreaterThan(0);
  await writes(inst);
  await run('gnt-instance remove -f --shutdown-timeout=0 inst1.lab');
});

step('what the volume, the moves and the killed process left is taken away', async () => {
  for (const node of lab().nodes) await run(`gnt-gluster mount release ${name}`, node);
  await deleteVolume(name);
  const remains = `rm -rf /bricks/${name}/* /run/ganeti-gluster/lock/change@${name}`;
  for (const node of lab().nodes) await look(node, remains);
});

lastStep();

/** The two files that a brick has of the cold one. */
async function filesOfCold(): Promise<readonly string[]> {
  const [line = ''] = await look(node('node2.lab'), `getfattr -n trusted.gfid -e hex ${directory}/cold | grep 0x`);
  const [, ...parts] = /0x(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(line) ?? [];
  return ['cold', `.shard/${parts.join('-')}.1`];
}

async function bricks(): Promise<readonly string[]> {
  return await bricksOf(lab().master, name);
}
