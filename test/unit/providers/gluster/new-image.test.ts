import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Image } from '../../../../providers/gluster/images.ts';
import { writeMetadata } from '../../../../providers/gluster/metadata.ts';
import type { MountedVolume } from '../../../../providers/gluster/mounts.ts';
import { newImageMetadata, preallocationOf, requireSame } from '../../../../providers/gluster/new-image.ts';
import { builtinPool } from '../../../../providers/gluster/pool.ts';
import { isSameSnapshot, snapshotMetadata } from '../../../../providers/gluster/snapshots.ts';
import { failureOf, scratchDirectory } from '../../help.ts';

function mountedAt(path: string, volume = 'v'): MountedVolume {
  return { pool: builtinPool, volume, path, release: async () => {} };
}

function imageIn(directory: string, name: string, size: number): Image {
  const [disk, path] = [`${directory}/disk`, `images/${name}/disk`];
  writeFileSync(disk, 'data');
  return { name, mounted: mountedAt(directory), directory, disk, path, size, allocated: 0 };
}

test.each([
  [undefined, 'off', 'off'],
  [undefined, 'full', 'full'],
  ['falloc', 'full', 'falloc'],
  ['off', 'full', 'off'],
] as const)('the disk says %s, the pool %s: %s', (asked, preallocation, expected) => {
  const parameters: Readonly<Record<string, string>> = asked === undefined ? {} : { preallocation: asked };
  expect(preallocationOf({ name: 'x', size: 1, parameters }, { ...builtinPool, preallocation })).toBe(expected);
});

test('what is kept with a new image', () => {
  const before = Date.now();
  const made = newImageMetadata({ name: 'x', size: 1, parameters: {}, uuid: 'u', diskName: 'd' }, 'falloc');
  expect(made).toMatchObject({ uuid: 'u', diskName: 'd', preallocation: 'falloc', createdBy: hostname() });
  expect(Date.parse(made.created ?? '')).toBeGreaterThanOrEqual(before);
  expect(Object.keys(newImageMetadata({ name: 'x', size: 1, parameters: {} }, 'off'))).not.toContain('uuid');
});

describe('an image that is there already passes for the one asked for', () => {
  test.each([
    ['the same', { uuid: 'u' }, 'u', 4096, true],
    ['the same, both without a disk', {}, undefined, 4096, true],
    ['of another disk', { uuid: 'w' }, 'u', 4096, false],
    ['of a disk nobody asked for', { uuid: 'u' }, undefined, 4096, false],
    ['of no disk', {}, 'u', 4096, false],
    ['larger', { uuid: 'u' }, 'u', 2048, false],
    ['smaller', { uuid: 'u' }, 'u', 8192, false],
    ['a snapshot', { uuid: 'u', snapshotOf: 'y' }, 'u', 4096, false],
  ])('%s: %j', async (_, metadata, uuid, size, same) => {
    const directory = scratchDirectory();
    writeMetadata(directory, { preallocation: 'off', ...metadata });
    const image = imageIn(directory, 'x', 4096);
    if (same) expect(requireSame(image, uuid, size)).toBeUndefined();
    else expect((await failureOf(() => requireSame(image, uuid, size))).kind).toBe('exists');
  });
});

describe('a snapshot that is there already', () => {
  test('passes while the image is as it was, and not once it was written', async () => {
    const [source, copy] = [scratchDirectory(), scratchDirectory()];
    writeMetadata(source, { preallocation: 'full', info: 'originstname+web1', diskName: 'data', uuid: 'u' });
    const [image, snapshot] = [imageIn(source, 'x', 4096), imageIn(copy, 'x.snap', 4096)];
    const metadata = snapshotMetadata(image);
    expect(metadata).toMatchObject({
      snapshotOf: 'x',
      info: 'originstname+web1',
      diskName: 'data',
      preallocation: 'off',
    });
    expect(metadata.uuid).toBeUndefined();
    writeMetadata(copy, metadata);
    expect(isSameSnapshot(image, snapshot)).toBeUndefined();
    writeMetadata(source, { preallocation: 'full', info: 'only the label changed' });
    expect(isSameSnapshot(image, snapshot)).toBeUndefined();
    // As a guest would: in place, the size stays.
    await sleep(20);
    writeFileSync(image.disk, 'DATA');
    expect(await failureOf(() => isSameSnapshot(image, snapshot))).toMatchObject({
      kind: 'exists',
      message: expect.stringContaining('older snapshot'),
    });
  });

  test('of another image, or none at all, is another image', async () => {
    const [source, copy] = [scratchDirectory(), scratchDirectory()];
    writeMetadata(source, { preallocation: 'off' });
    for (const snapshotOf of [{}, { snapshotOf: 'y' }]) {
      writeMetadata(copy, { preallocation: 'off', ...snapshotOf });
      const failure = await failureOf(() => isSameSnapshot(imageIn(source, 'x', 1), imageIn(copy, 'x.snap', 1)));
      expect(failure.message).toContain('another image');
    }
  });
});
