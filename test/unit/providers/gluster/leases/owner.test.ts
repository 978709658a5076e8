import { describe, expect, test } from 'vitest';
import { type NodeKnowledge, type Whose, whoseLease } from '#gluster/leases/owner.ts';
import { bootOf, knowledge, minutesAfterStart, started } from '../nodes.ts';

type Row = readonly [what: string, node: string, boot: string, known: Partial<NodeKnowledge>, expected: Whose];

const cluster = { nodes: ['a.lab', 'b.lab'] };
const before = minutesAfterStart(-5);

describe('a lease that was taken before this node was started', () => {
  test.each<Row>([
    ['by this run', 'a.lab', bootOf('1', 'a'), cluster, 'this run'],
    ['by this run under another name', 'was.lab', bootOf('1', 'a'), cluster, 'this run'],
    ['by this run, whatever its name was, without Ganeti', 'was.lab', bootOf('1', 'a'), {}, 'this run'],
    ['by another run', 'a.lab', bootOf('0', 'a'), cluster, 'earlier run'],
    ['by another run under its short name', 'a', bootOf('0', 'a'), cluster, 'earlier run'],
    [
      'by another run under a short name of two nodes',
      'a',
      bootOf('0', 'a'),
      { nodes: ['a.lab', 'a.other'] },
      'earlier run',
    ],
    ['by another run under a name that is gone from the cluster', 'was.lab', bootOf('0', 'a'), cluster, 'earlier run'],
    ['by another node', 'b.lab', bootOf('1', 'b'), cluster, 'another node'],
    ['by another node in a run of the same digits', 'b.lab', bootOf('1', 'b'), {}, 'another node'],
    ['by another machine of this name', 'a.lab', bootOf('2', 'b'), cluster, 'namesake'],
    ['by another machine of this name, without Ganeti', 'A.lab', bootOf('2', 'b'), {}, 'namesake'],
    ['by another machine with the short name of this one', 'a', bootOf('2', 'b'), cluster, 'namesake'],
    ['by a node of the cluster with this machine id', 'b.lab', bootOf('2', 'a'), cluster, 'clone'],
    ['by such a node, seen from outside of the cluster', 'b.lab', bootOf('2', 'a'), { nodes: ['b.lab'] }, 'unclear'],
    ['by another name, without Ganeti', 'b.lab', bootOf('2', 'a'), {}, 'unclear'],
  ])('%s: %s@%s', (_, node, boot, known, expected) => {
    expect(whoseLease({ node, boot, since: before }, knowledge(known))).toBe(expected);
  });

  test('is no earlier run’s when that run was heard of since', () => {
    const published = { node: 'a.lab', boot: bootOf('0', 'a') };
    const lease = { ...published, since: before };
    const heard = (minutes: number): NodeKnowledge =>
      knowledge({ published: [{ ...published, heard: started + minutes * 60_000 }] });
    expect(whoseLease(lease, heard(-1))).toBe('earlier run');
    expect(whoseLease(lease, heard(5))).toBe('twin');
    expect(whoseLease(lease, knowledge({ twins: [bootOf('0', 'a')] }))).toBe('twin');
    expect(whoseLease(lease, knowledge({ twins: [bootOf('9', 'a')] }))).toBe('earlier run');
  });
});

describe('a lease that was taken after this node was started', () => {
  test.each([
    ['by this run', 'a.lab', '1', 'this run'],
    ['by another run', 'a.lab', '0', 'twin'],
    ['by another run under a name that is gone', 'was.lab', '0', 'twin'],
    ['by a node of the cluster with this machine id', 'b.lab', '0', 'clone'],
  ])('%s', (_, node, run, expected) => {
    const lease = { node, boot: bootOf(run, 'a'), since: minutesAfterStart(5) };
    expect(whoseLease(lease, knowledge(cluster))).toBe(expected);
  });

  test('but hardly is of an earlier run: clocks are set a little late', () => {
    const lease = { node: 'a.lab', boot: bootOf('0', 'a'), since: minutesAfterStart(1) };
    expect(whoseLease(lease, knowledge(cluster))).toBe('earlier run');
  });
});

describe('a lease from before leases told the machine', () => {
  const namesake = { node: 'a.lab', boot: bootOf('2', 'b') };
  const self = { ...knowledge().self, hostName: 'host' };
  test.each<Row>([
    ['of this run', 'was.lab', '111111111111-5', cluster, 'this run'],
    ['of this name', 'a.lab', '000000000000-5', cluster, 'earlier run'],
    ['of the short name', 'a', '000000000000-5', cluster, 'earlier run'],
    ['of a short name that two nodes have', 'a', '000000000000-5', { nodes: ['a.lab', 'a.x'] }, 'another node'],
    ['of the host name, which Ganeti does not know', 'host', '000000000000-5', { ...cluster, self }, 'earlier run'],
    ['of the host name, which is another node', 'host', '000000000000-5', { nodes: ['host'], self }, 'another node'],
    ['of another name', 'b.lab', '000000000000-5', cluster, 'another node'],
    ['of a name that two machines have', 'a.lab', '000000000000-5', { published: [namesake] }, 'namesake'],
    [
      'of a name that this machine published',
      'a.lab',
      '0-5',
      { published: [knowledge().self].map(run) },
      'earlier run',
    ],
  ])('%s: %s@%s', (_, node, boot, known, expected) => {
    expect(whoseLease({ node, boot, since: before }, knowledge(known))).toBe(expected);
  });
});

function run({ name, boot }: { readonly name: string; readonly boot: string }) {
  return { node: name, boot };
}
