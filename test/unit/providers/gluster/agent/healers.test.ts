import { expect, test } from 'vitest';
import { isDaemonOf } from '#gluster/agent/healers.ts';

const ours = '3064e6c3-db39-40c9-a754-c1973a20e32e';
const other = '5f42684e-6164-4829-b804-107b98b84c7d';
const given = (peer: string, name = 'glustershd'): readonly string[] => [
  ...['/usr/sbin/glusterfs', '-s', 'localhost', '--volfile-id', 'shd/v', '--xlator-option'],
  ...[`*replicate*.node-uuid=${peer}`, '--process-name', name, '--client-pid=-6'],
];

test('a self-heal daemon is that of the glusterd whose UUID it was given', () => {
  expect(isDaemonOf(given(ours), ours)).toBe(true);
  expect(isDaemonOf(given(other), ours)).toBe(false);
  expect(isDaemonOf(given(ours, 'fuse'), ours)).toBe(false);
  expect(isDaemonOf(['grep', 'glustershd', `*replicate*.node-uuid=${ours}`], ours)).toBe(false);
});
