import { expect, test } from 'vitest';
import { type Newcomer, refusalsOf } from '#gluster/pool/newcomers.ts';

const members = ['a', 'b'].map((name) => ({ node: `${name}.lab`, host: name, id: `id-${name}` }));
const good: Newcomer = {
  node: 'n.lab',
  address: '10.0.0.9',
  version: '10.3',
  id: 'id-n',
  peers: 0,
  volumes: [],
  met: { 'a.lab': 'id-n', 'b.lab': 'id-n' },
  meets: { a: 'id-a', b: 'id-b' },
};

test.each<[string, Partial<Newcomer>, readonly RegExp[]]>([
  ['nothing is wrong with', {}, []],
  ['has a later minor version', { version: '10.5' }, []],
  ['has no glusterd that runs', { id: null, volumes: ['x'] }, [/does not run: systemctl enable --now glusterd$/]],
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
  const said = refusalsOf({ ...good, ...changes }, members, '10.3');
  expect(said).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
  for (const sentence of said) expect(sentence).toMatch(/^n\.lab: /);
});
