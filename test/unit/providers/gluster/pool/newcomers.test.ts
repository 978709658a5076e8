import { expect, test } from 'vitest';
import {
  closedRefusals,
  type Dependencies,
  lackRefusals,
  type Newcomer,
  refusalsOf,
  upstreamOf,
} from '#gluster/pool/newcomers.ts';

const members = ['a', 'b'].map((name) => ({ node: `${name}.lab`, host: name, id: `id-${name}` }));
const good: Newcomer = {
  node: 'n.lab',
  address: '10.0.0.9',
  version: '10.3',
  id: 'id-n',
  dependencies: { lacks: [], hasSystemd: true },
  peers: 0,
  volumes: [],
  met: { 'a.lab': 'id-n', 'b.lab': 'id-n' },
  meets: { a: 'id-a', b: 'id-b' },
};

test.each<[string, Partial<Newcomer>, readonly RegExp[]]>([
  ['nothing is wrong with', {}, []],
  ['has a later minor version', { version: '10.5' }, []],
  [
    'has no glusterd that runs',
    { id: null, volumes: ['x'] },
    [/does not run: add --with-deps, or systemctl enable --now glusterd$/],
  ],
  [
    'has a glusterd of another major version, which does not run',
    { id: null, version: '11.1' },
    [/does not run: add --with-deps/, /GlusterFS 11\.1, and this node has 10\.3/],
  ],
  [
    'lacks all packages',
    { id: null, version: 'unknown', dependencies: lacking('10.3-5') },
    [/lacks glusterfs-server and attr: add --with-deps, or apt-get install glusterfs-server attr$/],
  ],
  [
    'lacks a package, and has volumes',
    { dependencies: { lacks: [{ name: 'attr', candidate: null }], hasSystemd: false }, volumes: ['x'] },
    [/lacks attr: add --with-deps, or apt-get install attr$/, /gluster volume delete x$/],
  ],
  ['has another major version', { version: '11.1' }, [/GlusterFS 11\.1, and this node has 10\.3: install/]],
  ['is a peer of others', { peers: 2 }, [/another cluster: gluster peer detach/]],
  ['has volumes', { volumes: ['x', 'y'] }, [/gluster volume delete x$/, /gluster volume delete y$/]],
  ['does not reach a member', { meets: { a: null, b: 'id-b' } }, [/does not reach the glusterd of a: open port/]],
  ['does not say whether it does', { meets: { a: 'id-a' } }, [/does not reach the glusterd of b/]],
  ['takes another machine for a member', { meets: { a: 'id-b', b: 'id-b' } }, [/a is another machine for it/]],
  [
    'a member does not reach',
    { met: { ...good.met, 'a.lab': null } },
    [/a\.lab does not reach its glusterd at 10\.0\.0\.9/],
  ],
  ['a member takes for another one', { met: { ...good.met, 'b.lab': 'id-x' } }, [/b\.lab meets another glusterd/]],
  ['is wrong twice', { version: '9.6', peers: 1 }, [/9\.6/, /another cluster/]],
])('a newcomer that %s', (_, changes, expected) => {
  const said = refusalsOf({ ...good, ...changes }, members, { version: '10.3', withDeps: false });
  expect(said).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
  for (const sentence of said) expect(sentence).toMatch(/^n\.lab: /);
});

test.each<[string, Partial<Newcomer>, readonly RegExp[]]>([
  ['lacks nothing', {}, []],
  ['has no glusterd that runs', { id: null }, []],
  ['gets the same major version', { id: null, version: 'unknown', dependencies: lacking('10.5-1~bpo12+1') }, []],
  [
    'would get another major version',
    { id: null, version: 'unknown', dependencies: lacking('1:11.1-4') },
    [/apt would install GlusterFS 11\.1, and the pool has 10\.3: /],
  ],
  [
    'has no repository',
    { id: null, version: 'unknown', dependencies: lacking(null) },
    [/apt knows no package glusterfs-server: /, /apt knows no package attr: /],
  ],
  ['has another major version', { id: null, version: '11.1' }, [/GlusterFS 11\.1, and this node has 10\.3: install/]],
])('with --with-deps a newcomer that %s', (_, changes, expected) => {
  const said = refusalsOf({ ...good, ...changes }, members, { version: '10.3', withDeps: true });
  expect(said).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
});

test('where no node has GlusterFS yet, the first one decides which version it is', () => {
  const first = { node: 'a.lab', id: null, dependencies: lacking('11.1-4') };
  expect(lackRefusals(first, { version: upstreamOf('11.1-4'), withDeps: true })).toEqual([]);
  const nobody = { node: 'a.lab', host: 'a', id: null };
  expect(refusalsOf({ ...good, meets: {}, met: {} }, [nobody], { version: '10.3', withDeps: true })).toEqual([]);
});

test.each([
  ['10.3-5', '10.3'],
  ['1:11.1-5ubuntu1', '11.1'],
  ['2:10.4~rc1-1-2', '10.4~rc1-1'],
  ['11.1', '11.1'],
])('package version %s has GlusterFS %s', (version, upstream) => {
  expect(upstreamOf(version)).toBe(upstream);
});

test('ports that are closed are told once for each way between two nodes', () => {
  const closed = (from: string, to: string, port: number) => ({
    from,
    to,
    host: `at-${to}`,
    port,
    range: '49152 to 60999',
  });
  const all = [closed('a', 'n', 49_152), closed('a', 'n', 60_999), closed('n', 'a', 49_777), closed('m', 'n', 60_999)];
  const remedy = ', as for bricks: open ports 49152 to 60999 between the nodes';
  expect(closedRefusals(all, ['n', 'm'])).toEqual([
    `n: a does not reach its port 49152 at at-n${remedy}`,
    `n: it does not reach port 49777 of at-a${remedy}`,
    `n: m does not reach its port 60999 at at-n${remedy}`,
  ]);
  expect(closedRefusals([], ['n'])).toEqual([]);
});

function lacking(candidate: string | null): Dependencies {
  const names = ['glusterfs-server', 'attr'];
  return { lacks: names.map((name) => ({ name, candidate })), hasSystemd: true };
}
