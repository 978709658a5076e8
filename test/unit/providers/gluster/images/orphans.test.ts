import { expect, test } from 'vitest';
import { ofOtherSize } from '#gluster/images/orphans.ts';

const mebibyte = 1024 * 1024;
const disk = { uuid: 'u', provider: 'gluster', image: 'a', instance: 'inst1.lab', size: 512 };

test.each([
  ['the same', disk, 512 * mebibyte, []],
  ['smaller', disk, 511 * mebibyte, [{ disk, size: 511 * mebibyte }]],
  ['larger by a byte', disk, 512 * mebibyte + 1, [{ disk, size: 512 * mebibyte + 1 }]],
  ['of another provider', { ...disk, provider: 'other' }, mebibyte, []],
  ['of no size that Ganeti tells', { ...disk, size: undefined }, mebibyte, []],
  ['without an image', { ...disk, image: 'b' }, mebibyte, []],
])('a disk whose image is %s', (_, given, size, found) => {
  expect(ofOtherSize([given], 'gluster', [{ name: 'a', size }])).toEqual(found);
});
