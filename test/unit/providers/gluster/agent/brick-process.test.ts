import { expect, test } from 'vitest';
import { isStartedBy, problemWith, servedIn } from '#gluster/agent/brick-process.ts';
import { gfidIn, identityIn, identityOf, leastOf } from '#gluster/agent/open-files.ts';

const ours = '1f783b1e-8027-45c1-9edc-7b3ddb3e5368';
const other = '5f42684e-6164-4829-b804-107b98b84c7d';
const given = (peer: string, name = 'brick'): readonly string[] => [
  ...['/usr/sbin/glusterfsd', '-s', 'node2.lab', '--volfile-id', 'v.node2.lab.b', '--brick-name', '/b'],
  ...['--xlator-option', `*-posix.glusterd-uuid=${peer}`, '--process-name', name, '--brick-port', '51985'],
];

test('a brick is that of the glusterd whose UUID it was given', () => {
  expect(isStartedBy(given(ours), ours)).toBe(true);
  expect(isStartedBy(given(other), ours)).toBe(false);
  expect(isStartedBy(given(ours, 'glustershd'), ours)).toBe(false);
  expect(isStartedBy(['grep', 'brick', `*-posix.glusterd-uuid=${ours}`], ours)).toBe(false);
});

test('a process serves the bricks of which it has the directories of identities open', () => {
  const open = ['00', '01', 'ff'].flatMap((part) => [`/a/b/.glusterfs/${part}`, `/c d/.glusterfs/${part}`]);
  expect(servedIn([...open, '/var/log/b.log', 'socket:[12]', '/e', '/.glusterfs/00'])).toEqual(['/a/b', '/c d']);
  expect(servedIn(['/f/.glusterfs', '/f/.glusterfs/indices', '/f/.glusterfs/00/01'])).toEqual([]);
});

test.each([
  [[], 'no process is found that serves brick h:/b'],
  [[{ pid: 1, others: [] }], undefined],
  [[{ pid: 1, others: ['/c', '/d'] }], 'process 1 of brick h:/b serves others, too (cluster.brick-multiplex): /c, /d'],
  [
    [
      { pid: 1, others: [] },
      { pid: 2, others: [] },
    ],
    'brick h:/b has several processes: 1, 2',
  ],
] as const)('%j', (processes, problem) => {
  expect(problemWith('h:/b', processes)).toBe(problem);
});

test('a file is known by its gfid, whatever name it was opened by', () => {
  const gfid = '372f650a-5a33-489f-9f54-15f03cbc9f82';
  expect(identityIn(`.glusterfs/37/2f/${gfid}`)).toBe(gfid);
  const attribute = `0x${gfid.replaceAll('-', '')}`;
  expect(gfidIn(attribute)).toBe(gfid);
  expect(identityOf('f', { 'trusted.gfid': attribute })).toBe(gfid);
  expect(identityOf(`.glusterfs/37/2f/${gfid}`)).toBe(gfid);
  for (const path of ['.glusterfs/37', `.glusterfs/indices/xattrop/${gfid}`, `d/.glusterfs/37/2f/${gfid}`, 'f'])
    expect(identityIn(path)).toBeUndefined();
  expect(gfidIn()).toBeUndefined();
  expect(identityOf('f')).toBeUndefined();
});

test('of a volume with shards only files count that are cut into some', () => {
  const name = '.glusterfs/37/2f/372f650a-5a33-489f-9f54-15f03cbc9f82';
  expect(identityOf(name, { 'trusted.gfid': '0x1' }, true)).toBeUndefined();
  expect(identityOf(name, undefined, true)).toBeUndefined();
  expect(identityOf(name, { 'trusted.glusterfs.shard.block-size': '0x1' }, true)).toBeDefined();
});

test('a file counts as open as often as it was at every look', () => {
  expect(
    leastOf([
      { a: 2, b: 1, c: 1 },
      { a: 1, b: 1 },
      { a: 3, b: 1, d: 1 },
    ]),
  ).toEqual({ a: 1, b: 1 });
  expect(leastOf([])).toEqual({});
});
