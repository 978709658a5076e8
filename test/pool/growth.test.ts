/**
 * Three fresh nodes of a Ganeti cluster become a pool, which disks find without any configuration. A fourth node joins
 * it while a guest writes. The process that does this is killed in the middle, and the work is finished.
 */
import { expect } from 'vitest';
import { look, refused, run } from '../e2e/support/commands.ts';
import { addInstance, guest, machineOptions, restartedBy, writes } from '../e2e/support/guests.ts';
import { lab, node } from '../e2e/support/lab.ts';
import { brickPorts, closePorts, reconnect } from '../e2e/support/network.ts';
import { timed } from '../e2e/support/progress.ts';
import { commandsOf } from '../e2e/support/readme.ts';
import { step } from '../e2e/support/steps.ts';
import { addSlot, withDisk } from '../lab/bricks.ts';
import { verifyCluster } from '../lab/ganeti.ts';
import type { LabNode } from '../lab/node.ts';
import { poll } from '../lab/process.ts';
import { failed, guided } from './guide.ts';
import { removeServer, repository } from './packages.ts';

const brickMebibytes = 3000;
const [planned = '', init = '', status = '', enable = '', add = '', join = '', tagCluster = '', tagNode = ''] =
  commandsOf('docs/pool.md');
const numbers = [1, 2, 3, 4];
const inst = guest(1);
const newcomer = (): LabNode => node('node4.lab');
const glusterdInfo = '/var/lib/glusterd/glusterd.info';

step('each node has three file systems', async () => {
  for (const each of lab().nodes) for (const name of ['1', '2', '3']) await addSlot(each, name, brickMebibytes);
});

step('what cannot be a slot is refused with all reasons, and nothing is changed', async () => {
  await look(node('node2.lab'), 'mkdir /srv/gluster/2/data; mkdir -p /srv/gluster/3/1 /srv/gluster/3/2');
  const wrong = `node1:/srv/x node2:/srv/gluster/2 node2:/srv/gluster/3/1 node2:/srv/gluster/3/2 node3:/srv/gluster/3/none/deep`;
  const { stderr } = await refused(`gnt-gluster pool init ${wrong}`);
  expect(stderr).toContain('node1.lab: /srv/x lies on the root file system');
  expect(stderr).toContain('node2.lab: /srv/gluster/2 is not empty: it has data');
  expect(stderr).toContain('node2.lab: /srv/gluster/3/2 and /srv/gluster/3/1 lie on one file system');
  expect(stderr).toContain('node3.lab: there is no directory /srv/gluster/3/none');
  await look(node('node2.lab'), 'rmdir /srv/gluster/2/data /srv/gluster/3/1 /srv/gluster/3/2');
  expect((await refused('gnt-gluster pool init node1:/srv/gluster/1 node2:/srv/gluster/1')).stderr).toContain(
    '3 copies need slots on 3 nodes, and these are on 2',
  );
  const misspelt = (await refused('gnt-gluster pool init node1:/srv/gluster/1 nodee2:/srv/gluster/1 x')).stderr;
  expect(misspelt).toContain('the cluster has no node "nodee2"');
  expect(misspelt).toContain('"x" is not NODE:/DIRECTORY');
  expect(
    (await refused('gnt-gluster pool init --copies 2 node1:/srv/gluster/1 node2:/srv/gluster/1')).stderr,
  ).toContain('--accept-few-copies');
  expect((await refused('gnt-gluster pool expand')).stderr).toContain('there is no pool default');
});

step('copies are not put on nodes that fail together, as the tags of Ganeti say', async () => {
  await guided(tagCluster);
  for (const name of ['node1.lab', 'node2.lab']) await guided(`${tagNode.replace('node1.example.com', name)} other:b`);
  const { stderr } = await refused(
    'gnt-gluster pool init node1:/srv/gluster/1 node2:/srv/gluster/1 node3:/srv/gluster/1',
  );
  expect(stderr).toContain('pool default would have no volume');
  expect(stderr).toContain('node1.lab and node2.lab fail together: rack:1\n');
  const four = await run(`gnt-gluster pool init --dry-run ${numbers.map((n) => `node${n}:/srv/gluster/1`).join(' ')}`);
  expect(four).toContain('  node1.lab and node2.lab fail together: rack:1\n');
  expect(four).toMatch(/volume create gnt-default-001 replica 3 10\.99\.0\.1:\S+ 10\.99\.0\.3:\S+ 10\.99\.0\.4:\S+\n/);
  await guided(tagCluster.replace('add', 'remove'));
});

step('a plan shows the commands, and changes nothing', async () => {
  const plan = await guided(planned);
  expect(plan).toContain('  node2.lab: gluster peer probe 10.99.0.2\n');
  expect(plan).toContain('  node3.lab: /srv/gluster/3 becomes a slot of ');
  const bricks = numbers.slice(0, 3).map((number) => `10.99.0.${number}:/srv/gluster/1/gnt-default-001`);
  expect(plan).toContain(`gluster volume create gnt-default-001 replica 3 ${bricks.join(' ')}\n`);
  expect(plan).toMatch(/^then: 3 volumes of [\d.]+ GiB, 0 slots free$/m);
  expect(await peerCount()).toBe(1);
  for (const each of lab().nodes) expect(await look(each, 'ls -A /srv/gluster/1')).toEqual([]);
});

step('three nodes become a pool, and every node of the cluster knows it', async () => {
  // A glusterd that was never asked anything has no UUID.
  await look(lab().master, `pkill -x glusterd; while pgrep -x glusterd; do sleep 0.1; done; rm ${glusterdInfo}`);
  expect(await run('gnt-gluster pool reconcile --on-master')).toBe('node1.lab has no glusterd that ever ran\n');
  await removeServer(lab().master);
  expect(await failed(init)).toContain('node1.lab: it lacks glusterfs-server: add --with-deps');
  expect(await guided(`${init} --with-deps`)).toMatch(/^pool default has 3 volumes of [\d.]+ GiB now$/m);
  expect(await volumesAndStates()).toEqual(states(3));
  expect(await run('gnt-gluster pool options check')).toBe('every option is as images need it\n');
  for (const each of lab().nodes) await run('gnt-gluster config check', each);
  expect(await failed(init)).toContain('pool default has 3 volumes already');
  expect(await guided(status)).toMatch(/^default +gnt-default-003 +replica 3 +ok +3\/3 /m);
  expect(await run('gnt-gluster pool expand')).toMatch(/nothing to do/);
});

step('an instance needs no configuration, also on a node without bricks', async () => {
  await guided(enable);
  const inLab = add.replace('size=10G', 'size=1G').replace('debootstrap', 'dummy').replace('.example.com', '.lab');
  await guided(inLab.replace(' inst1.lab', ` ${machineOptions(1)} inst1.lab`));
  await writes(inst);
  await addInstance(2, { node: 'node4.lab', stopped: true });
  await run('gnt-instance remove -f inst2.lab');
  expect(await run('gnt-gluster image list --no-headers -o pool,volume')).toMatch(/^default +gnt-default-00[123]$/m);
});

step('a node that would harm the pool does not become a peer', async () => {
  const said = (): Promise<string> => failed(join);
  // It makes its UUID when it is asked for the first time.
  await look(newcomer(), 'gluster pool list');
  await look(newcomer(), 'pkill -x glusterd; while pgrep -x glusterd; do sleep 0.1; done');
  expect(await said()).toContain('node4.lab: its glusterd does not run');
  const own = await look(newcomer(), `cat ${glusterdInfo} 2>/dev/null || true`);
  const [cloned = ''] = await look(node('node2.lab'), `grep ^UUID= ${glusterdInfo}`);
  await look(newcomer(), `sed -i s/^UUID=.*/${cloned}/ ${glusterdInfo}; glusterd`);
  expect(await said()).toMatch(/the glusterds of .*node2\.lab.* have one UUID/);
  await look(newcomer(), 'pkill -x glusterd; while pgrep -x glusterd; do sleep 0.1; done');
  await newcomer().exec(['tee', glusterdInfo], { input: `${own.join('\n')}\n` });
  await look(newcomer(), 'glusterd; gluster --mode=script volume create alone node4.lab:/srv/gluster/1/alone');
  const problems = await said();
  expect(problems).toContain('node4.lab: it has a volume of its own: gluster volume delete alone');
  expect(problems).toContain('node4.lab: /srv/gluster/1 is not empty: it has alone');
  await look(newcomer(), 'gluster --mode=script volume delete alone; rm -r /srv/gluster/1/alone');
  await look(newcomer(), 'ip route add unreachable 10.99.0.3');
  const unreachable = await said();
  await look(newcomer(), 'ip route del unreachable 10.99.0.3');
  expect(unreachable).toContain('node4.lab: it does not reach the glusterd of 10.99.0.3');
  expect(unreachable).toContain('node4.lab: node3.lab does not reach its glusterd at 10.99.0.4');
  // Only bricks cannot be reached: those of node2 by the newcomer, and its first one by node3.
  await closePorts('node4', [
    { to: '10.99.0.2', side: 'dport', ports: await brickPorts([node('node2.lab')]) },
    { to: '10.99.0.3', side: 'sport', ports: [49_152] },
  ]);
  const closed = await said();
  await reconnect('node4');
  expect(closed).not.toContain('24007');
  expect(closed).toMatch(/node4\.lab: it does not reach port \d+ of 10\.99\.0\.2, as for bricks: open ports 49152 to /);
  expect(closed).toContain('node4.lab: node3.lab does not reach its port 49152 at 10.99.0.4, as for bricks: open ');
  expect(closed.match(/as for bricks/g)).toHaveLength(2);
  expect(await peerCount()).toBe(3);
});

step('a node gets no other GlusterFS than the pool has, and is no peer when apt fails', async () => {
  const wanted = `${join} --with-deps`;
  const offers = (script: string): Promise<unknown> => look(newcomer(), `cd ${repository}; ${script}; apt-get update`);
  await removeServer(newcomer());
  expect(await failed(join)).toContain('node4.lab: it lacks glusterfs-server: add --with-deps');
  await offers("sed -i 's/^Version: /&1:99./' Packages");
  expect(await failed(wanted)).toContain('node4.lab: apt would install GlusterFS 99.');
  await offers("sed -i 's/^Version: 1:99./Version: /' Packages; mv glusterfs-server.deb away");
  const said = await failed(wanted);
  expect(said).toMatch(/^ {2}node4\.lab: env DEBIAN_FRONTEND=noninteractive apt-get .* install glusterfs-server$/m);
  expect(said).toMatch(/^ {2}node4\.lab: glusterd$/m);
  expect(said).toContain('node node4.lab: apt-get did not install glusterfs-server\n');
  expect(said).toMatch(/^ +E: Failed to fetch /m);
  await offers('mv away glusterfs-server.deb');
  expect(await look(newcomer(), 'ls -A /srv/gluster/1; command -v glusterd || true')).toEqual([]);
  expect(await peerCount()).toBe(3);
});

step('a node joins while a guest writes, and the process that does it is killed', async () => {
  const [pid = ''] = await look(
    lab().master,
    `bash -c 'exec ${join} --with-deps' >/run/join.log 2>&1 </dev/null & echo $!`,
  );
  await poll('a brick is copied', 600_000, async () => {
    const lines = await look(lab().master, 'gluster volume info');
    return lines.some((line) => line.includes('"stage":"copying"')) ? true : undefined;
  });
  expect(await look(newcomer(), 'dpkg --status glusterfs-server')).toContain('Status: install ok installed');
  await look(lab().master, `kill -KILL ${pid}; while kill -0 ${pid} 2>/dev/null; do sleep 0.1; done`);
  await writes(inst);
});

step('what was begun is finished, and the pool has a volume more', async () => {
  expect((await refused('gnt-gluster pool expand')).stderr).toMatch(/under way|cannot|more than one/);
  expect(await run('gnt-gluster pool reconcile')).toMatch(/brick .* of volume gnt-default-00\d is at .* now/);
  expect(await run('gnt-gluster pool plan')).toMatch(/^then: 4 volumes of /m);
  expect(await run('gnt-gluster pool expand')).toMatch(/^pool default has 4 volumes of [\d.]+ GiB now$/m);
  expect(await volumesAndStates()).toEqual(states(4));
  expect(await run('gnt-gluster pool verify')).toContain('volume gnt-default-004: 3 bricks have the same');
});

step('Ganeti keeps a node with bricks, and tells of a brick that does not run', async () => {
  const node2 = node('node2.lab');
  // Such as /run/gluster/vols/gnt-default-001/10.99.0.2-srv-gluster-1-gnt-default-001.pid.
  const [file = ''] = await look(node2, 'ls /run/gluster/vols/*/10.99.0.2-*.pid');
  const volume = file.split('/')[4] ?? '';
  const { stdout, stderr } = await refused('gnt-node remove node2.lab');
  expect(stdout + stderr).toContain(`volume ${volume} has brick 10.99.0.2:/srv/gluster/`);
  expect(await run('gnt-node list --no-headers -o name')).toContain('node2.lab');
  await verifyCluster(lab().master);
  await look(node2, `kill -KILL $(cat ${file})`);
  await poll('the brick is missed', 180_000, async () => {
    const { stdout: said } = await lab().master.exec(['gnt-gluster', 'pool', 'status'], { reject: false });
    return said.includes('does not run') ? true : undefined;
  });
  const verified = await refused('gnt-cluster verify');
  expect(verified.stdout + verified.stderr).toMatch(/brick 10\.99\.0\.2:\/srv\/gluster\/\S+ does not run/);
  await run(`gnt-gluster pool heal ${volume}`);
  await verifyCluster(lab().master);
});

step('a node leaves the pool when its bricks have another place', async () => {
  const full = (await refused('gnt-gluster pool remove node4')).stderr;
  expect(full).toContain('some bricks of node4.lab have no other place');
  expect(full).toMatch(/volume gnt-default-00\d needs a slot of [\d.]+ GiB on one node more/);
  await run('gluster --mode=script volume stop gnt-default-004 force');
  await run('gluster --mode=script volume delete gnt-default-004');
  expect(await run('gnt-gluster pool slots --no-headers -o node,volume')).toMatch(/^node4\.lab +-$/m);
  expect(await run('gnt-gluster pool remove node4')).toMatch(
    /^node4\.lab has no brick of pool default now, and is no peer$/m,
  );
  expect(await volumesAndStates()).toEqual(states(3));
  expect(await peerCount()).toBe(3);
  expect(await run('gnt-gluster pool slots --no-headers -o node')).not.toContain('node4');
  // What left its volume lately is kept, and deleted when that is wanted.
  expect(await run('gnt-gluster pool purge')).toMatch(/\.removed-\S+ stays: it left its volume not long ago$/m);
  expect(await run('gnt-gluster pool purge --older 0')).toMatch(
    /^deleted node\d\.lab:\/srv\/gluster\/\d\/gnt-default-/m,
  );
  expect(await run('gnt-gluster pool slots --no-headers -o kept')).not.toContain('removed');
  await writes(inst);
});

step('a node that is gone for good is given up, and another one takes its place', async () => {
  const given = 'gnt-gluster pool remove --dead node3';
  expect((await refused(given)).stderr).toContain('node3.lab is not marked offline');
  await timed('node3.lab loses power', () => node('node3.lab').kill());
  await run('gnt-node modify -O yes node3.lab');
  await poll('its glusterd is missed', 180_000, async () => {
    const peers = await look(lab().master, 'gluster pool list');
    return peers.some((line) => /10\.99\.0\.3\s+Disconnected/.test(line)) ? true : undefined;
  });
  const plan = await run(`${given} --dry-run`);
  const lost = /^ {2}gluster volume remove-brick gnt-default-00\d replica 2 10\.99\.0\.3:\/srv\S+ force$/gm;
  expect(plan.match(lost)).toHaveLength(3);
  expect(plan).toContain('\n  gluster peer detach 10.99.0.3 force\n');
  expect(plan).toMatch(
    /^ {2}volume gnt-default-001 keeps 2 copies of 3: it needs a slot of [\d.]+ GiB on one node more$/m,
  );
  await writes(inst);
  expect(await run(given)).toMatch(/^node3\.lab has no brick, and is no peer$/m);
  expect(await volumesAndStates()).toEqual(states(3, 2));
  expect(await peerCount()).toBe(2);
  await run('gnt-node remove node3.lab');
  await look(newcomer(), 'rm -rf /srv/gluster/?/*');
  await withDisk(newcomer(), 'whole', brickMebibytes, async (device) => {
    const withDevice = join.replace('{1,2,3}', `{1,2} node4:${device}`);
    await look(newcomer(), `mkfs.xfs -q ${device}`);
    expect(await failed(withDevice)).toContain(
      `node4.lab: ${device} has something on it (xfs): if nobody needs that, wipefs --all ${device}`,
    );
    await look(newcomer(), `wipefs --all ${device}`);
    expect(await guided(withDevice)).toMatch(/^ {2}volume gnt-default-003: one copy more, at 10\.99\.0\.4:/m);
    expect(await run(`gnt-gluster pool join node4:${device}`)).toContain('nothing to do');
  });
  const mounted = await look(newcomer(), 'findmnt --noheadings --list --types xfs --output TARGET,UUID');
  const [directory = '', id = ''] =
    mounted.map((line) => line.split(/\s+/)).find(([at]) => /gluster\/[0-9a-f]{8}$/.test(at ?? '')) ?? [];
  expect(await look(newcomer(), 'tail -n 1 /etc/fstab')).toEqual([
    `UUID=${id} ${directory} xfs noatime,nofail,x-systemd.before=glusterd.service,x-systemd.device-timeout=30 0 0`,
  ]);
  expect(await volumesAndStates()).toEqual(states(3));
  await run('gnt-gluster pool verify');
  expect(await run('gnt-gluster pool options check')).toBe('every option is as images need it\n');
  await writes(inst);
});

step('the guest wrote all the time, and finds all of it when it starts again', async () => {
  await writes(inst);
  await run('gnt-instance migrate -f -n node4.lab inst1.lab');
  await writes(inst);
  await run('gnt-instance shutdown inst1.lab');
  expect((await restartedBy(inst, () => run('gnt-instance startup inst1.lab'))).records).toBeGreaterThan(0);
  await run('gnt-instance remove -f --shutdown-timeout=0 inst1.lab');
  expect(await run('gnt-gluster image list --no-headers')).toBe('');
  inst.console.close();
});

async function volumesAndStates(): Promise<readonly string[]> {
  const said = await run('gnt-gluster pool status --no-headers -o volume,type,state,online');
  return said.split('\n').flatMap((line) => (line.trim() === '' ? [] : line.trim().replace(/ {2,}/g, ' ')));
}

function states(count: number, copies = 3): readonly string[] {
  const state = `replica ${copies} ok ${copies}/${copies}`;
  return Array.from({ length: count }, (_, index) => `gnt-default-00${index + 1} ${state}`);
}

async function peerCount(): Promise<number> {
  return (await look(lab().master, 'gluster pool list')).length - 1;
}
