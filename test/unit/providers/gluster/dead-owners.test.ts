import { describe, expect, test } from 'vitest';
import { bootOfThisNode, isSameNode, whyDead } from '../../../../providers/gluster/dead-owners.ts';

describe('one machine', () => {
  test.each([
    ['node1.lab', 'node1.lab', [], true],
    ['Node1.Lab', 'node1.lab', [], true],
    ['node1.lab', 'node2.lab', [], false],
    ['node1.lab', 'node1', [], true],
    ['node1.lab', 'node1', ['node1.lab', 'node2.lab'], true],
    ['node1.lab', 'node1', ['node1.lab', 'node1.other'], false],
    ['node1.lab', 'node', [], false],
    ['node10.lab', 'node1', [], false],
    ['node1.lab', 'node1.la', [], false],
    ['node1.lab', 'node1.other', [], false],
    ['node1', 'node1.lab', [], false],
    ['node1.lab', '', [], false],
  ] as const)('%s and %s, in a cluster of %j: %s', (ganeti, host, nodes, same) => {
    expect(isSameNode(ganeti, host, nodes)).toBe(same);
  });
});

describe('the owner of a lease', () => {
  const lease = { node: 'a.lab', since: '2026-01-01T10:00:00Z', boot: 'b1' };
  const taken = Date.parse(lease.since);
  test.each([
    ['nothing is known of', [], 0, [], undefined],
    ['another node is offline', ['b.lab'], taken + 1, [], undefined],
    ['is offline', ['a.lab'], taken + 1, [], 'offline'],
    ['was offline before it took the lease', ['a.lab'], taken - 1, [], undefined],
    ['published this run', [], 0, ['b1'], undefined],
    ['published another run', [], 0, ['b2'], 'restarted'],
    ['published both', [], 0, ['b1', 'b2'], undefined],
    ['is offline and was restarted', ['a.lab'], taken + 1, ['b2'], 'offline'],
    ['was restarted and was offline before', ['a.lab'], taken - 1, ['b2'], 'restarted'],
  ] as const)('%s', (_, offline, offlineWritten, boots, expected) => {
    const known = { nodes: ['a.lab', 'b.lab'], offline, offlineWritten, boots: new Map([['a.lab', boots]]) };
    expect(whyDead(lease, known)).toBe(expected);
  });
});

test('a run of a node has one name', () => {
  expect(bootOfThisNode()).toMatch(/^[0-9a-f]{12}-\d+$/);
  expect(bootOfThisNode()).toBe(bootOfThisNode());
});
