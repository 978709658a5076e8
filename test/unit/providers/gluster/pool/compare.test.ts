import { describe, expect, test } from 'vitest';
import { type BrickFile, differenceOf, growsEverywhere, isShared, isUnchanged } from '#gluster/pool/compare.ts';

const bricks = ['a:/b', 'b:/b', 'c:/b'].map((name) => ({ name, arbiter: false }));
const withArbiter = bricks.map((brick, index) => ({ ...brick, arbiter: index === 2 }));
const file: BrickFile = { mode: '100600', owner: '0:0', size: 4096, attributes: { 'trusted.gfid': '0x01' } };

describe('the copies of a path', () => {
  test.each<[string, readonly (Partial<BrickFile> | undefined)[], string | undefined]>([
    ['are the same', [{}, {}, {}], undefined],
    ['are nowhere any more', [undefined, undefined, undefined], undefined],
    ['lack one', [{}, undefined, {}], 'is missing on b:/b'],
    ['lack two', [undefined, {}, undefined], 'is missing on a:/b and on c:/b'],
    ['have a size of their own', [{}, {}, { size: 8 }], 'size: 4096 on a:/b, 4096 on b:/b, 8 on c:/b'],
    ['have a mode of their own', [{ mode: '40755' }, {}, {}], 'mode: 40755 on a:/b, 100600 on b:/b, 100600 on c:/b'],
    [
      'have an owner of their own',
      [{}, { owner: '64055:64055' }, {}],
      'owner: 0:0 on a:/b, 64055:64055 on b:/b, 0:0 on c:/b',
    ],
    ['lead elsewhere', [{ link: 'x' }, { link: 'x' }, {}], 'target: x on a:/b, x on b:/b, (none) on c:/b'],
    ['lack an attribute', [{}, { attributes: {} }, {}], 'trusted.gfid: 0x01 on a:/b, (none) on b:/b, 0x01 on c:/b'],
    [
      'differ twice',
      [{ size: 1, owner: '1:1' }, {}, {}],
      'owner: 1:1 on a:/b, 0:0 on b:/b, 0:0 on c:/b; size: 1 on a:/b, 4096 on b:/b, 4096 on c:/b',
    ],
  ])('%s', (_, copies, expected) => {
    expect(
      differenceOf(
        bricks,
        copies.map((copy) => copy && { ...file, ...copy }),
      ),
    ).toBe(expected);
  });

  test('have no size on an arbiter, and all else', () => {
    expect(differenceOf(withArbiter, [file, file, { ...file, size: 0 }])).toBeUndefined();
    expect(differenceOf(withArbiter, [file, { ...file, size: 0 }, file])).toBe('size: 4096 on a:/b, 0 on b:/b');
    expect(differenceOf(withArbiter, [file, file, { ...file, size: 0, owner: '1:1' }])).toMatch(/^owner: /);
  });

  test('are unchanged only if no brick changed them', () => {
    expect(isUnchanged([file, undefined, file], [{ ...file }, undefined, file])).toBe(true);
    expect(isUnchanged([file, undefined, file], [file, file, file])).toBe(false);
    expect(isUnchanged([file, file, file], [file, file, { ...file, attributes: { 'trusted.gfid': '0x02' } }])).toBe(
      false,
    );
  });
});

describe('a file that grows', () => {
  const attribute = 'trusted.glusterfs.shard.file-size';
  const sized = (size: number, more: Partial<BrickFile> = {}): BrickFile => ({
    ...file,
    ...more,
    size,
    attributes: { [attribute]: `${size}` },
  });
  const before = [sized(1), sized(2), sized(3)];

  test.each<[string, readonly BrickFile[], boolean]>([
    ['everywhere', [sized(4), sized(5), sized(6)], true],
    ['on two bricks only', [sized(4), sized(5), sized(3)], false],
    ['everywhere, and has another owner on one', [sized(4), sized(5, { owner: '1:1' }), sized(6)], false],
  ])('%s', (_, now, expected) => {
    expect(growsEverywhere(bricks, before, now)).toBe(expected);
  });
});

test('what each brick notes for itself is not compared', () => {
  const own = [
    'trusted.afr.dirty',
    'trusted.afr.ganeti-client-2',
    'trusted.glusterfs.mdata',
    'trusted.bit-rot.version',
    'user.x',
  ];
  const shared = ['trusted.gfid', 'trusted.glusterfs.shard.file-size', 'trusted.glusterfs.volume-id', 'trusted.afraid'];
  expect(own.filter(isShared)).toEqual([]);
  expect(shared.filter(isShared)).toEqual(shared);
});
