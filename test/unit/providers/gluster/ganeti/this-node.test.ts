import { describe, expect, test } from 'vitest';
import { hashOfMachine } from '#gluster/ganeti/machine.ts';
import { machineIn, nameOfNode, nameOfWriter, thisNode, writerHere } from '#gluster/ganeti/this-node.ts';

describe('the name of a node', () => {
  const primary = ['n1.lab 10.0.0.1', 'n2.lab 10.0.0.2', 'six.lab fd99::1'];
  const secondary = ['n1.lab 10.1.0.1', 'n2.lab 10.1.0.2'];
  test.each([
    ['is Ganeti’s, by its address', 'host', ['127.0.0.1', '10.0.0.2'], [primary], 'n2.lab'],
    ['by IPv6, too', 'host', ['fd99::1'], [primary], 'six.lab'],
    ['by the secondary address, if need be', 'host', ['10.1.0.1'], [primary, secondary], 'n1.lab'],
    ['by the primary address first', 'host', ['10.1.0.1', '10.0.0.2'], [primary, secondary], 'n2.lab'],
    ['of two, the one that is like the host name', 'n1', ['10.0.0.1', '10.0.0.2'], [primary], 'n1.lab'],
    ['of two, neither, if none is', 'host', ['10.0.0.1', '10.0.0.2'], [primary], 'host'],
    ['is the host name for other addresses', 'host', ['10.0.0.9'], [primary], 'host'],
    ['is the host name outside of a cluster', 'host', ['10.0.0.1'], [[], []], 'host'],
    ['is the host name where Ganeti’s cannot be in a file name', 'host', ['10.0.0.1'], [['a@b 10.0.0.1']], 'host'],
    ['or is too long', 'host', ['10.0.0.1'], [[`${'n'.repeat(65)} 10.0.0.1`]], 'host'],
  ] as const)('%s', (_, host, addresses, lists, expected) => {
    expect(nameOfNode(host, addresses, lists)).toBe(expected);
  });

  test.each(['', '-a', 'a/b', 'a@b', 'a,b', 'x'.repeat(65)])('%j is none', (host) => {
    expect(() => nameOfNode(host, [], [])).toThrow(/cannot be the name of a node/);
  });
});

describe('this node', () => {
  test('has one identity, which holds its machine and its run', () => {
    const { machine, boot, oldBoot, started } = thisNode();
    expect(boot).toMatch(/^[0-9a-f]{8}-[0-9a-f]{12}$/);
    expect(oldBoot).toMatch(/^[0-9a-f]{12}-\d+$/);
    expect(machineIn(boot)).toBe(machine);
    expect(machineIn(oldBoot)).toBeUndefined();
    expect(thisNode()).toEqual(thisNode());
    expect(started).toBeGreaterThan(Date.parse('2020-01-01'));
    expect(started).toBeLessThanOrEqual(Date.now());
  });

  test('writes its name and machine into names of files, and nothing that separates their parts', () => {
    expect(writerHere()).toMatch(/^[A-Za-z0-9._-]{1,50}\+[0-9a-f]{12}$/);
    expect(nameOfWriter(writerHere())).toBe(thisNode().name.slice(0, 50));
    expect(nameOfWriter('node1.lab')).toBe('node1.lab');
  });
});

test('a machine id is not told, and different ones differ', () => {
  const [one, other] = ['0123456789abcdef0123456789abcdef', '0123456789abcdef0123456789abcdee'];
  expect(hashOfMachine(one)).toMatch(/^[0-9a-f]{12}$/);
  expect(hashOfMachine(one)).toBe(hashOfMachine(one));
  expect(hashOfMachine(one)).not.toBe(hashOfMachine(other));
  expect(one).not.toContain(hashOfMachine(one));
});
