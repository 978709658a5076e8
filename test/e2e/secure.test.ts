/**
 * Servers that only IPv6 leads to, and TLS for data and management: a lab of its own, because Gluster does one or the
 * other.
 */

import { afterAll, beforeAll, describe, expect } from 'vitest';
import { labOfCheckout } from '../lab/checkout.ts';
import { bricksOnline } from '../lab/gluster.ts';
import { certificateDirectories } from '../lab/secure.ts';
import { suiteOfTests, suites } from '../lab/suites.ts';
import { look, refused, run } from './support/commands.ts';
import { setUp } from './support/global-setup.ts';
import { addInstance, guest, restartedBy, writes } from './support/guests.ts';
import { healed } from './support/heal.ts';
import { imagesOf, usageOf } from './support/images.ts';
import { lab, node, useLab } from './support/lab.ts';
import { migrate } from './support/migration.ts';
import { timed } from './support/progress.ts';
import { lastStep, step } from './support/steps.ts';
import { diskArguments } from './support/ways.ts';

const labName = labOfCheckout('e2e-secure');
const suite = suiteOfTests();
const { startsInUserspace } = suites[suite];

/** The first is silent. Names and addresses, and one with a port. */
const configuration = `[pool.default]\nservers = ["fd99::9", "six1.lab", "[fd99::2]:24007"]\n`;

/** How QEMU gets at the disk: libgfapi of GlusterFS 10 by IPv6, that of 11 through the glusterd of the node. */
const byLibrary = suite === 'bookworm' ? /server\.0\.host=fd99::[12],/ : /server\.0\.type=unix,/;
const byFile = /file=?.*\/run\/ganeti-gluster\/mnt\/default\/ganeti\//;
const bySelf = suite === 'bookworm' ? byLibrary : byFile;

useLab(labName);
let takeDown: () => Promise<void> = async () => undefined;
beforeAll(async () => {
  takeDown = await setUp({ name: labName, suite, nodes: 2, secure: true });
});
afterAll(() => takeDown());

let name = '';

step('the configuration is valid, although one of its servers is silent', async () => {
  await lab().master.exec(['tee', '/etc/ganeti/gluster.toml'], { input: configuration });
  expect(await run('gnt-gluster config check')).toMatch(/ six1\.lab:24007 +ok/);
  await run('gnt-cluster copyfile /etc/ganeti/gluster.toml');
});

step('the volume is found well, by a server that only IPv6 leads to', async () => {
  expect(await run('gnt-gluster pool status')).toMatch(/^default +ganeti +replica 2 +ok +2\/2 /m);
});

step('the certificates of all nodes are there, and each node trusts the others', async () => {
  const said = await run('gnt-gluster pool tls check');
  for (const each of lab().nodes)
    expect(said).toMatch(new RegExp(`^${each.fqdn} +encrypted +${each.fqdn} +[0-9]{4}-[0-9]{2}-[0-9]{2} +ok$`, 'm'));
});

describe('through a block device of the node', () => {
  step('an instance runs', async () => {
    const inst1 = guest(1);
    name = inst1.name;
    await restartedBy(inst1, () => addInstance(1, { node: 'node2.lab' }));
    await writes(inst1);
  });
  step('all that Gluster says goes by IPv6, encrypted', () => expectSecure('node2.lab'));
  step('it goes on writing while it moves to another node', async () => {
    await migrate(guest(1), 'node1.lab');
    await expectSecure('node1.lab');
  });
  step('all records are there after a reboot', () => comesBack('reboot'));
});

step('a node without its certificate says which file it misses', async () => {
  // What is mounted needs it no more.
  await run('gnt-gluster mount release --all', node('node2.lab'));
  await onNode2('for d in $DIRECTORIES; do mv $d/glusterfs.pem $d/none.pem; done');
  const { exitCode, stderr } = await refused('gnt-gluster image list', node('node2.lab'));
  expect(exitCode).toBe(7);
  expect(stderr).toMatch(/could not load our cert.*^hint: .*glusterfs\.pem/ms);
  const { stdout } = await refused('gnt-gluster pool tls check');
  expect(stdout).toMatch(/^node2\.lab: it lacks \/\S+\/glusterfs\.pem$/m);
  await onNode2('for d in $DIRECTORIES; do mv $d/none.pem $d/glusterfs.pem; done');
});

step('a node that does not encrypt its management says so', async () => {
  await onNode2('mv /var/lib/glusterd/secure-access /var/lib/glusterd/none');
  const { exitCode, stderr } = await refused('gnt-gluster image list', node('node2.lab'));
  expect(exitCode).toBe(7);
  expect(stderr).toMatch(/^hint: .*secure-access/m);
  const { stdout } = await refused('gnt-gluster pool tls');
  expect(stdout).toContain('\nnode2.lab: it lacks the file secure-access, which other nodes have\n');
  await onNode2('mv /var/lib/glusterd/none /var/lib/glusterd/secure-access');
});

describe('through libgfapi', () => {
  step('it is started with QEMU as the Gluster client', async () => {
    await shutDown();
    await run('gnt-gluster kvm enable');
    await run('gnt-cluster modify -D ext:access=userspace');
    await comesBack('startup');
    await expectDisk('node1.lab', byLibrary);
  });
  step('it goes on writing while it moves to another node', async () => {
    await migrate(guest(1), 'node2.lab');
    await expectDisk('node2.lab', byLibrary);
  });
  step('all records are there after a reboot, also while the server of its node does not run', async () => {
    await onNode2('pid=$(pgrep -x glusterd); kill $pid; while kill -0 $pid 2>/dev/null; do sleep 0.1; done');
    await comesBack('reboot');
    await expectDisk('node2.lab', bySelf);
  });
  step('the server runs again, and gets what it missed', async () => {
    await onNode2('glusterd');
    await timed('bricks', () => bricksOnline(lab().master, 'ganeti', lab().nodes.length));
    await timed('ganeti heals', () => healed('ganeti'));
  });
});

describe.runIf(startsInUserspace)('without the wrapper', () => {
  step('it gets the file on the mount', async () => {
    await shutDown();
    await run('gnt-gluster kvm disable');
    await comesBack('startup');
    await expectDisk('node2.lab', byFile);
  });
});

lastStep();

async function onNode2(script: string): Promise<void> {
  const directories = certificateDirectories.join(' ');
  await look(node('node2.lab'), `DIRECTORIES="${directories}"; ${script}`);
}

async function shutDown(): Promise<void> {
  const [image = ''] = await imagesOf(name);
  await run(`gnt-instance shutdown ${name}`);
  expect(await usageOf(image)).toEqual({ leases: '', attached: '' });
}

async function comesBack(by: 'reboot' | 'startup'): Promise<void> {
  const last = guest(1).console.lastRecord();
  const { records } = await restartedBy(guest(1), () => run(`gnt-instance ${by} ${name}`));
  expect(records).toBeGreaterThanOrEqual(last);
  await writes(guest(1));
}

async function expectDisk(fqdn: string, way: RegExp): Promise<void> {
  expect(await diskArguments(name, fqdn)).toEqual([expect.stringMatching(way)]);
}

/**
 * The FUSE client of a node has connections to glusterd and to bricks, by IPv6, and its log says that they are
 * encrypted.
 */
async function expectSecure(fqdn: string): Promise<void> {
  const script = `pid=$(pgrep -f '^/usr/sbin/glusterfs .*/run/ganeti-gluster/mnt'); ss -Htnp | grep "pid=$pid," | awk '{print $5}'`;
  const peers = await look(node(fqdn), script);
  expect(peers).toEqual(expect.arrayContaining([expect.stringMatching(/^\[fd99::[12]\]:24007$/)]));
  expect(peers.filter((peer) => !/^\[fd99::[12]\]:/.test(peer))).toEqual([]);
  expect(peers.length).toBeGreaterThanOrEqual(3);
  const said = await look(node(fqdn), 'cat /var/log/glusterfs/ganeti-default-ganeti.log');
  const encrypted = said.filter((line) => line.includes('SSL support for MGMT is ENABLED IO path is ENABLED'));
  for (const part of ['0-glusterfs:', '0-ganeti-client-0:', '0-ganeti-client-1:'])
    expect(
      encrypted.some((line) => line.includes(part)),
      part,
    ).toBe(true);
}
