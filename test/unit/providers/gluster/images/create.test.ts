import { hostname } from 'node:os';
import { describe, expect, test } from 'vitest';
import { builtinPool } from '#gluster/configuration/pool.ts';
import { demandOf, newImageMetadata, preallocationOf, requireSame } from '#gluster/images/create.ts';
import { writeMetadata } from '#gluster/images/metadata.ts';
import { failureOf, scratchDirectory } from '../../../help.ts';
import { imageIn } from './image-in.ts';

const mebibyte = 1024 * 1024;

test.each([
  [undefined, 'off', 'off'],
  [undefined, 'full', 'full'],
  ['falloc', 'full', 'falloc'],
  ['off', 'full', 'off'],
] as const)('the disk says %s, the pool %s: %s', (asked, preallocation, expected) => {
  const parameters = asked === undefined ? {} : { preallocation: asked };
  expect(preallocationOf({ name: 'x', size: 1, parameters }, { ...builtinPool, preallocation })).toBe(expected);
});

test('what is kept with a new image', () => {
  const before = Date.now();
  const made = newImageMetadata(
    { name: 'x', size: 1, parameters: {}, uuid: 'u', diskName: 'd' },
    builtinPool,
    'falloc',
  );
  expect(made).toMatchObject({
    uuid: 'u',
    diskName: 'd',
    pool: 'default',
    preallocation: 'falloc',
    createdBy: hostname(),
  });
  expect(Date.parse(made.created ?? '')).toBeGreaterThanOrEqual(before);
  expect(Object.keys(newImageMetadata({ name: 'x', size: 1, parameters: {} }, builtinPool, 'off'))).not.toContain(
    'uuid',
  );
});

describe('an image that is there already passes for the one asked for', () => {
  test.each([
    ['the same', { uuid: 'u' }, { uuid: 'u', size: 4 }, true],
    ['the same, both without a disk', {}, { size: 4 }, true],
    ['of another disk', { uuid: 'w' }, { uuid: 'u', size: 4 }, false],
    ['of a disk nobody asked for', { uuid: 'u' }, { size: 4 }, false],
    ['of no disk', {}, { uuid: 'u', size: 4 }, false],
    ['larger', { uuid: 'u' }, { uuid: 'u', size: 2 }, false],
    ['smaller', { uuid: 'u' }, { uuid: 'u', size: 8 }, false],
    ['a snapshot', { uuid: 'u', snapshotOf: 'y' }, { uuid: 'u', size: 4 }, false],
    ['the same clone', { uuid: 'u', cloneOf: 'y' }, { uuid: 'u', size: 4, parameters: { clone: 'y' } }, true],
    ['a clone of another', { uuid: 'u', cloneOf: 'y' }, { uuid: 'u', size: 4, parameters: { clone: 'z' } }, false],
    ['a clone nobody asked for', { uuid: 'u', cloneOf: 'y' }, { uuid: 'u', size: 4 }, false],
    ['no clone', { uuid: 'u' }, { uuid: 'u', size: 4, parameters: { clone: 'y' } }, false],
  ])('%s: %j', async (_, metadata, asked, same) => {
    const directory = scratchDirectory();
    writeMetadata(directory, { preallocation: 'off', ...metadata });
    const image = imageIn(directory, 'x', 4 * mebibyte);
    const request = { name: 'x', parameters: {}, ...asked };
    if (same) expect(requireSame(image, request)).toBeUndefined();
    else expect((await failureOf(() => requireSame(image, request))).kind).toBe('exists');
  });
});

test('a sparse clone takes at once what its source occupies, any other image what it reserves', () => {
  const source = { ...imageIn(scratchDirectory(), 'y', 4 * mebibyte), allocated: mebibyte };
  const request = { name: 'x', size: 8, parameters: {} };
  const [all, one] = [8 * mebibyte, mebibyte];
  expect(demandOf(request, 'off', undefined)).toMatchObject({ growth: all, blocks: 0, from: 0 });
  expect(demandOf(request, 'full', undefined)).toMatchObject({ growth: all, blocks: all, from: 0 });
  expect(demandOf(request, 'full', source)).toMatchObject({ growth: all, blocks: all, from: 0 });
  expect(demandOf(request, 'off', source)).toEqual({ purpose: 'a clone of y of 8 MiB', growth: all, blocks: one });
});
