import { closeSync, existsSync, fstatSync } from 'node:fs';
import { expect, test } from 'vitest';
import { hold } from '#gluster/node/mount-points.ts';
import { type Mount, mountAt } from '#src/mounts.ts';

const proc = mountAt('/proc') as Mount;
const asVolume: Mount = { ...proc, type: 'fuse.glusterfs' };

test('the root of a volume is held as long as its descriptor is open', () => {
  const descriptor = hold(asVolume);
  expect(descriptor).toBeDefined();
  expect(fstatSync(descriptor ?? -1).isDirectory()).toBe(true);
  closeSync(descriptor ?? -1);
});

test.each<readonly [string, Mount | undefined]>([
  ['nothing', undefined],
  ['a file system of another kind', proc],
  ['a mount that another one has replaced', { ...asVolume, id: proc.id + 1_000_000 }],
  ['the bare directory where a volume was mounted', { ...asVolume, point: '/' }],
  ['a directory that is gone', { ...asVolume, point: '/proc/no/such/directory' }],
])('%s is not held, and nothing stays open', (_, mount) => {
  const before = openFiles();
  expect(hold(mount)).toBeUndefined();
  expect(openFiles()).toEqual(before);
});

function openFiles(): readonly number[] {
  return Array.from({ length: 200 }, (_, descriptor) => descriptor).filter((descriptor) =>
    existsSync(`/proc/self/fd/${descriptor}`),
  );
}
