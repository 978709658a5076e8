import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { builtinPool } from '#gluster/configuration/pool.ts';
import { thisNode, writerHere } from '#gluster/ganeti/this-node.ts';
import { imageNames, readImage } from '#gluster/images/image.ts';
import { allocate, deleteImage, makeImage } from '#gluster/images/make.ts';
import { readMetadata } from '#gluster/images/metadata.ts';
import { sweep } from '#gluster/images/unfinished.ts';
import type { MountedVolume } from '#gluster/node/mounts.ts';
import { Failure } from '#src/errors.ts';
import { failureOf, scratchDirectory } from '../../../help.ts';

/** A directory in the place of a mounted volume. */
function someVolume(): { readonly mounted: MountedVolume; readonly images: string } {
  const path = scratchDirectory();
  const mounted = { pool: { ...builtinPool, directory: 'deep/images' }, volume: 'v', path, release: async () => {} };
  return { mounted, images: `${path}/deep/images` };
}

const metadata = { uuid: 'u', preallocation: 'off' } as const;
const sized = (size: number) => ({ size, metadata, fill: (disk: string) => allocate(disk, size, 'off') });

test('an image is made, read, listed and deleted, and leaves nothing', async () => {
  const { mounted, images } = someVolume();
  expect(imageNames(mounted)).toEqual([]);
  expect(readImage(mounted, 'x')).toBeUndefined();
  expect(await makeImage(mounted, 'x', sized(3 << 20))).toBe(true);
  const image = readImage(mounted, 'x');
  expect(image).toMatchObject({ name: 'x', size: 3 << 20, path: 'deep/images/x/disk', disk: `${images}/x/disk` });
  expect(image?.allocated).toBe(0);
  expect(readMetadata(`${images}/x`)).toEqual(metadata);
  expect(imageNames(mounted)).toEqual(['x']);
  for (const [path, mode] of [
    ['x', 0o700],
    ['x/disk', 0o600],
    ['x/image.json', 0o600],
  ] as const)
    expect(statSync(`${images}/${path}`).mode & 0o777, path).toBe(mode);
  if (image !== undefined) deleteImage(image);
  expect(readImage(mounted, 'x')).toBeUndefined();
  expect(readdirSync(`${images}/.work`)).toEqual([]);
});

test('an image appears only when it is complete', async () => {
  const { mounted } = someVolume();
  const fill = async (disk: string) => {
    writeFileSync(disk, 'data');
    expect(readImage(mounted, 'x')).toBeUndefined();
    expect(imageNames(mounted)).toEqual([]);
  };
  await makeImage(mounted, 'x', { size: 4, metadata, fill });
  expect(readFileSync(readImage(mounted, 'x')?.disk ?? '', 'utf8')).toBe('data');
});

test('what fails half-way leaves nothing', async () => {
  const { mounted, images } = someVolume();
  const full = new Failure('full', 'no room');
  const failing = { size: 4, metadata, fill: () => Promise.reject(full) };
  expect(await failureOf(() => makeImage(mounted, 'x', failing))).toBe(full);
  // Only the name of the image can be another node's.
  const taken = Object.assign(new Error('EEXIST: file already exists'), { code: 'EEXIST' });
  const colliding = { size: 4, metadata, fill: () => Promise.reject(taken) };
  await expect(makeImage(mounted, 'x', colliding)).rejects.toBe(taken);
  const lazy = { size: 4, metadata, fill: async () => {} };
  expect((await failureOf(() => makeImage(mounted, 'x', lazy))).kind).toBe('failed');
  expect(imageNames(mounted)).toEqual([]);
  expect(readdirSync(`${images}/.work`)).toEqual([]);
});

test.each(['image', 'file', 'directory with something in it'])(
  'a name that is taken by a %s stays as it is',
  async (what) => {
    const { mounted, images } = someVolume();
    if (what === 'image') await makeImage(mounted, 'x', sized(1024));
    else mkdirSync(images, { recursive: true });
    if (what === 'file') writeFileSync(`${images}/x`, 'mine');
    if (what === 'directory with something in it') mkdirSync(`${images}/x/y`, { recursive: true });
    expect(await makeImage(mounted, 'x', { ...sized(4096), metadata: { ...metadata, uuid: 'other' } })).toBe(false);
    expect(readdirSync(`${images}/.work`)).toEqual([]);
    if (what === 'image') expect(readMetadata(`${images}/x`).uuid).toBe('u');
    else expect((await failureOf(() => readImage(mounted, 'x'))).kind).toBe('exists');
  },
);

test.each(['disk', 'directory'])('a symbolic link in the place of the %s is not followed', async (what) => {
  const { mounted, images } = someVolume();
  mkdirSync(`${images}/real`, { recursive: true });
  writeFileSync(`${images}/real/disk`, 'data');
  mkdirSync(`${images}/x`);
  if (what === 'disk') symlinkSync('../real/disk', `${images}/x/disk`);
  else symlinkSync('real', `${images}/y`);
  expect((await failureOf(() => readImage(mounted, what === 'disk' ? 'x' : 'y'))).kind).toBe('exists');
});

test('leftovers of killed runs are removed: of this image only, and while making it, of this node only', async () => {
  const { mounted, images } = someVolume();
  // The last two are of another machine with this node's name, and of a version that knew a name only.
  const { name } = thisNode();
  const others = ['x@elsewhere@1', `x@${name}+000000000000@1`, `x@${name}@1`];
  const left = [`x@${writerHere()}@1`, ...others, `xy@${writerHere()}@1`, `x.snap@${writerHere()}@1`];
  for (const entry of left) mkdirSync(`${images}/.work/${entry}`, { recursive: true });
  await makeImage(mounted, 'x', sized(0));
  expect(readdirSync(`${images}/.work`).sort()).toEqual(left.slice(1).sort());
  sweep(mounted, 'x');
  expect(readdirSync(`${images}/.work`).sort()).toEqual(left.slice(4).sort());
  expect(existsSync(`${images}/x`)).toBe(true);
});
