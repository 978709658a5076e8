import { expect, test } from 'vitest';
import { portOf, sshCommand } from '#gluster/ganeti/ssh.ts';

test('a node is reached as Ganeti reaches it: by the host key of the cluster, and asking nobody', () => {
  const argv = sshCommand('node2.lab', '/usr/lib/x agent', { clusterName: 'cluster.lab', port: 2222 });
  expect(argv).toEqual(
    expect.arrayContaining([
      '-oHostKeyAlias=cluster.lab',
      '-oGlobalKnownHostsFile=/var/lib/ganeti/known_hosts',
      '-oUserKnownHostsFile=/dev/null',
      '-oStrictHostKeyChecking=yes',
      '-oBatchMode=yes',
      '-oPort=2222',
    ]),
  );
  expect(argv.slice(-3)).toEqual(['--', 'node2.lab', '/usr/lib/x agent']);
});

test('the port is that of the node', () => {
  const lines = 'node1.lab=22\nnode2.lab=2222\n';
  expect([
    portOf('node2.lab', lines),
    portOf('node1.lab', lines),
    portOf('node2', lines),
    portOf('node2.lab', ''),
  ]).toEqual([2222, 22, 22, 22]);
});
