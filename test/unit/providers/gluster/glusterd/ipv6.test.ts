import { expect, test } from 'vitest';
import { majorVersion } from '#gluster/glusterd/ipv6.ts';

test.each([
  ['glusterfs 10.3\nRepository revision: git://git.gluster.org/glusterfs.git\n', 10],
  ['glusterfs 11.1\n', 11],
  ['', undefined],
  ['glusterfs x\n', undefined],
])('the version in %j', (printed, major) => {
  expect(majorVersion(printed)).toBe(major);
});
