import { describe, expect, test } from 'vitest';
import { isSameNode, meanSameNode } from '#gluster/ganeti/ssconf.ts';

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

  test('whichever of two names is the short one', () => {
    expect(meanSameNode('node1', 'node1.lab', [])).toBe(true);
    expect(meanSameNode('node1.lab', 'node1', [])).toBe(true);
    expect(meanSameNode('node1', 'node1.lab', ['node1.lab', 'node1.other'])).toBe(false);
  });
});
