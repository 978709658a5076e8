import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { numberOf } from '#gluster/agent/devices.ts';

test('the number of a device is what the kernel says', () => {
  const major = (device: number, minor: number): number =>
    (minor & 0xff) + device * 2 ** 8 + Math.floor(minor / 256) * 2 ** 20;
  for (const [one, other] of [
    [8, 16],
    [259, 0],
    [253, 1000],
    [7, 260],
    [4095, 0xfff00],
  ] as const)
    expect(numberOf(major(one, other))).toBe(`${one}:${other}`);
  expect(numberOf(statSync('/dev/null').rdev)).toBe('1:3');
});
