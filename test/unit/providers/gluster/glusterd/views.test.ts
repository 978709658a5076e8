import { expect, test } from 'vitest';
import { pendingIn } from '#gluster/glusterd/heal.ts';
import { optionsIn } from '#gluster/glusterd/options.ts';
import { peersIn } from '#gluster/glusterd/peers.ts';
import { clientsIn, daemonsIn, statusIn } from '#gluster/glusterd/status.ts';
import { glusterdAt, outputOf } from '#gluster/glusterd/xml.ts';

/** What is in the answer of a gluster command, as GlusterFS 10 prints it. */
async function answer(inside: string): Promise<unknown> {
  const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
  const stdout = `${head}<cliOutput>\n<opRet>0</opRet><opErrno>0</opErrno><opErrstr/>${inside}</cliOutput>\n`;
  const rest = { exitCode: 0, signal: undefined, timedOut: false, endless: false, stderr: '' };
  return await outputOf({ argv: ['gluster'], stdout, ...rest });
}

const [here, there] = ['f52cf7db-31d7-40c7-9b60-81b6f0291bbc', '2ebc4dd7-bbf0-47bc-900a-299ce11b8ad2'];
const self = `<peer><uuid>${here}</uuid><hostname>localhost</hostname><connected>1</connected></peer>`;
const isHere = { id: here, hosts: ['localhost'], connected: true, state: '', isHere: true };

test('peers', async () => {
  const names =
    '<hostname>node3.lab</hostname><hostnames><hostname>node3.lab</hostname><hostname>n3</hostname></hostnames>';
  const state = '<connected>0</connected><state>3</state><stateStr>Peer in Cluster</stateStr>';
  const other = `<peer><uuid>${there}</uuid>${names}${state}</peer>`;
  expect(peersIn(await answer(`<peerStatus>${other}${self}</peerStatus>`))).toEqual([
    { id: there, hosts: ['node3.lab', 'n3'], connected: false, state: 'Peer in Cluster', isHere: false },
    isHere,
  ]);
});

test('a node without peers', async () => {
  expect(peersIn(await answer(`<peerStatus>${self}</peerStatus>`))).toEqual([isHere]);
  expect(peersIn(await answer(''))).toEqual([]);
});

function process(hostname: string, path: string, peer: string, status: number, more = ''): string {
  const port = '<port>N/A</port><ports><tcp>N/A</tcp><rdma>N/A</rdma></ports><pid>-1</pid>';
  return `<node><hostname>${hostname}</hostname><path>${path}</path><peerid>${peer}</peerid><status>${status}</status>${port}${more}</node>`;
}

function status(...nodes: readonly string[]): string {
  const volume = `<volName>v</volName><nodeCount>${nodes.length}</nodeCount>${nodes.join('')}<tasks/>`;
  return `<volStatus><volumes><volume>${volume}</volume></volumes></volStatus>`;
}

test('bricks and self-heal daemons are those of peers, whatever their hosts are called', async () => {
  const processes = status(
    process('node1.lab', '/b', here, 1),
    process('node3.lab', '/b', there, 0),
    process('Self-heal Daemon', 'localhost', here, 1),
    process('Self-heal Daemon', 'node3.lab', there, 0),
  );
  const detail = status(
    process('node1.lab', '/b', here, 1, '<sizeTotal>2048</sizeTotal><sizeFree>1024</sizeFree>'),
    process('node3.lab', '/b', there, 0, '<sizeTotal>N/A</sizeTotal>'),
  );
  expect(statusIn('v', await answer(processes), await answer(detail))).toEqual({
    bricks: [
      { peer: here, path: '/b', online: true, size: 2048, free: 1024 },
      { peer: there, path: '/b', online: false, size: undefined, free: undefined },
    ],
    healers: new Set([here]),
    idleHealers: new Set([there]),
  });
  expect(statusIn('w', await answer(processes), await answer(detail)).bricks).toEqual([]);
});

test('one brick, of which the detail says nothing', async () => {
  const found = statusIn('v', await answer(status(process('n', '/b', here, 1))), await answer(''));
  expect(found.bricks).toEqual([{ peer: here, path: '/b', online: true, size: undefined, free: undefined }]);
});

test('what waits to be healed: a brick that is not connected gives no number', () => {
  const text = `Gathering count of entries to be healed on volume v has been successful 

Brick node1.lab:/b
Status: Brick is not connected
No gathered input for this brick

Brick node2.lab:/b
Number of entries: 12

Brick node3.lab:/b
Number of entries: 0
`;
  expect(pendingIn(text)).toEqual({ entries: 12, counted: ['node2.lab:/b', 'node3.lab:/b'] });
  expect(pendingIn('')).toEqual({ entries: 0, counted: [] });
});

test('options: what nobody set is marked', async () => {
  const option = (name: string, value: string) => `<Opt><Option>${name}</Option><Value>${value}</Value></Opt>`;
  const options = [option('a.b', 'on (DEFAULT)'), option('c.d', '64MB'), option('e.f', '(null) (DEFAULT)')];
  const found = optionsIn(await answer(`<volGetopts><count>3</count>${options.join('')}</volGetopts>`));
  expect([...found]).toEqual([
    ['a.b', 'on'],
    ['c.d', '64MB'],
    ['e.f', '(null)'],
  ]);
});

test('the clients of each brick that runs', async () => {
  const clients = (count: number): string => `<clientsStatus><clientCount>${count}</clientCount></clientsStatus>`;
  const xml = status(
    process('node1.lab', '/b', here, 1, clients(4)),
    process('node2.lab', '/b', there, 1, clients(3)),
    process('node3.lab', '/c', there, 0, clients(0)),
  );
  expect([...clientsIn('v', await answer(xml))]).toEqual([
    [`${here}:/b`, 4],
    [`${there}:/b`, 3],
  ]);
});

test.each([
  ['glustershd                                                     3\nfuse                                  2\n', 3],
  ['fuse                                                           2\nglustershd                            12\n', 12],
  ['fuse                                                           2\n', 0],
  ['Volume v does not exist\n', 0],
])('%j tells of daemons', (lines, expected) => {
  expect(daemonsIn(`Client connections for volume v\nName     count\n-----   ------\n${lines}`)).toBe(expected);
});

test('a glusterd at an IPv6 address is asked by IPv6', () => {
  expect(glusterdAt('fd99::1')).toEqual(['--inet6', '--remote-host=fd99::1']);
  for (const host of ['node1.lab', '10.0.0.1']) expect(glusterdAt(host)).toEqual([`--remote-host=${host}`]);
});
