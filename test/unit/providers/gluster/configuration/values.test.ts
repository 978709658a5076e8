import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  parseDuration,
  parseOvercommit,
  parsePatience,
  parseReserve,
  reserveOf,
} from '#gluster/configuration/values.ts';

test.each([
  ['5%', { percent: 5, bytes: 0 }],
  ['0%', { percent: 0, bytes: 0 }],
  ['0.5%', { percent: 0.5, bytes: 0 }],
  ['99.999%', { percent: 99.999, bytes: 0 }],
  ['0M', { percent: 0, bytes: 0 }],
  ['500M', { percent: 0, bytes: 500 * 1024 ** 2 }],
  ['20G', { percent: 0, bytes: 20 * 1024 ** 3 }],
  ['1T', { percent: 0, bytes: 1024 ** 4 }],
])('a reserve of %s', (text, reserve) => {
  expect(parseReserve(text)).toEqual(reserve);
});

test.each(['', '5', 5, '100%', '-1%', '5 %', '1e2%', '5%%', '20g', '1.5G', '20GB', '99999999T', true, ['5%'], '5%\n'])(
  'no reserve: %j',
  (value) => {
    expect(parseReserve(value)).toBeUndefined();
  },
);

test.each([
  [1, 1],
  [1.5, 1.5],
  [0.5, 0.5],
  [1000, 1000],
  [0, undefined],
  [-1, undefined],
  [1000.1, undefined],
  [Number.POSITIVE_INFINITY, undefined],
  [Number.NaN, undefined],
  ['2', undefined],
  [[2], undefined],
])('overcommit = %j: %j', (value, parsed) => {
  expect(parseOvercommit(value)).toBe(parsed);
});

test('a percentage is never more than the volume, and is what was asked within four bytes', () => {
  const size = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
  fc.assert(
    fc.property(size, fc.integer({ min: 0, max: 99 }), (total, percent) => {
      const reserve = reserveOf({ percent, bytes: 0 }, total);
      expect(Number.isSafeInteger(reserve)).toBe(true);
      expect(reserve).toBeLessThanOrEqual(total);
      const exact = (BigInt(total) * BigInt(percent)) / 100n;
      expect(Math.abs(Number(BigInt(reserve) - exact))).toBeLessThanOrEqual(4);
    }),
  );
  expect(reserveOf({ percent: 5, bytes: 7 }, 101)).toBe(13);
});

test.each([
  ['0', 0],
  [0, 0],
  ['45s', 45_000],
  ['30m', 30 * 60_000],
  ['24h', 24 * 3_600_000],
  ['7d', 7 * 24 * 3_600_000],
  ['99999d', 99_999 * 24 * 3_600_000],
  ['0h', 0],
])('a time of %j', (value, milliseconds) => {
  expect(parseDuration(value)).toBe(milliseconds);
});

test.each([
  ['5s', 5000],
  ['60s', 60_000],
  ['24h', 24 * 3_600_000],
])('a volume may be silent for %j', (value, milliseconds) => {
  expect(parsePatience(value)).toBe(milliseconds);
});

test.each(['4s', '0', 0, 60, '25h', '86401s', 'for ever', undefined])('a volume may not be silent for %j', (value) => {
  expect(parsePatience(value)).toBeUndefined();
});

test.each(['', '24', 24, '24 h', '1w', '-1h', '1.5h', '1h30m', '24H', '100000d', true, ['1h'], '1h\n'])(
  'no time: %j',
  (value) => {
    expect(parseDuration(value)).toBeUndefined();
  },
);
