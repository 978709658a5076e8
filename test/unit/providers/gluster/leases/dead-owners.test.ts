import { describe, expect, test } from 'vitest';
import { isBackOrAhead, whyDead } from '#gluster/leases/dead-owners.ts';
import type { Published } from '#gluster/leases/owner.ts';
import { bootOf, knowledge } from '../nodes.ts';

const nodes = ['a.lab', 'b.lab', 'c.lab'];
const since = '2026-01-01T10:00:00Z';
const taken = Date.parse(since);

type Row = readonly [string, readonly string[], number, readonly Published[], 'offline' | 'restarted' | undefined];

describe('the owner of a lease', () => {
  const lease = { node: 'b.lab', since, boot: bootOf('2', 'b') };
  const published = (node: string, run: string, machine: string): Published => ({ node, boot: bootOf(run, machine) });
  test.each<Row>([
    ['nothing is known of', [], 0, [], undefined],
    ['another node is offline', ['c.lab'], taken + 1, [], undefined],
    ['is offline', ['b.lab'], taken + 1, [], 'offline'],
    ['was offline before it took the lease', ['b.lab'], taken - 1, [], undefined],
    ['was renamed since, and is offline', ['c.lab'], taken + 1, [published('c.lab', '2', 'b')], 'offline'],
    ['published this run', [], 0, [published('b.lab', '2', 'b')], undefined],
    ['published another run', [], 0, [published('b.lab', '3', 'b')], 'restarted'],
    ['published another run under its short name', [], 0, [published('b', '3', 'b')], 'restarted'],
    ['published both', [], 0, [published('b.lab', '2', 'b'), published('b.lab', '3', 'b')], undefined],
    ['has a name that another machine published', [], 0, [published('b.lab', '3', 'c')], undefined],
    ['has a machine that another name published', [], 0, [published('c.lab', '3', 'b')], undefined],
    ['is offline and was restarted', ['b.lab'], taken + 1, [published('b.lab', '3', 'b')], 'offline'],
    ['was restarted and was offline before', ['b.lab'], taken - 1, [published('b.lab', '3', 'b')], 'restarted'],
  ])('%s', (_, offline, offlineWritten, runs, expected) => {
    expect(whyDead(lease, knowledge({ nodes, offline, offlineWritten, published: runs }))).toBe(expected);
  });

  test.each([
    ['is not offline', [], taken + 1, false],
    ['was marked offline later', ['b.lab'], taken + 1, false],
    ['was marked offline before it took the lease', ['b.lab'], taken - 1, true],
  ])('%s: so it is back, or the clocks differ: %j', (_, offline, offlineWritten, expected) => {
    expect(isBackOrAhead(lease, knowledge({ nodes, offline, offlineWritten }))).toBe(expected);
  });
});

describe('the owner of a lease from before leases told the machine', () => {
  const lease = { node: 'b.lab', since, boot: '0123456789ab-7' };
  test.each<Row>([
    ['nothing is known of', [], 0, [], undefined],
    ['is offline', ['b.lab'], taken + 1, [], 'offline'],
    ['published this run', [], 0, [{ node: 'b.lab', boot: lease.boot }], undefined],
    [
      'published this run, and once more after it was upgraded',
      [],
      0,
      [
        { node: 'b.lab', boot: lease.boot },
        { node: 'b.lab', boot: bootOf('2', 'b') },
      ],
      undefined,
    ],
    ['published another run', [], 0, [{ node: 'b.lab', boot: '9-7' }], 'restarted'],
    ['published another run after it was upgraded', [], 0, [{ node: 'b.lab', boot: bootOf('3', 'b') }], 'restarted'],
    [
      'has a name that two machines published',
      [],
      0,
      [
        { node: 'b.lab', boot: bootOf('3', 'b') },
        { node: 'b.lab', boot: bootOf('3', 'c') },
      ],
      undefined,
    ],
  ])('%s', (_, offline, offlineWritten, runs, expected) => {
    expect(whyDead(lease, knowledge({ nodes, offline, offlineWritten, published: runs }))).toBe(expected);
  });
});
