import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatBytes, mostMebibytes, toBytes } from '#src/units.ts';

const [kib, mib, gib, tib, pib] = [1024, 1024 ** 2, 1024 ** 3, 1024 ** 4, 1024 ** 5] as const;

test.each([
  [0, '0 B'],
  [1, '1 B'],
  [1023, '1023 B'],
  [kib, '1 KiB'],
  [1.5 * kib, '1.5 KiB'],
  [512 * mib, '512 MiB'],
  [10 * gib, '10 GiB'],
  [1.5 * gib, '1.5 GiB'],
  [10 * gib + 1, '10.0 GiB'],
  [2 * tib, '2 TiB'],
  [5000 * pib, '5000 PiB'],
])('%d is %s', (size, text) => {
  expect(formatBytes(size)).toBe(text);
});

test('below PiB no size is shown with 1024 or more of its unit', () => {
  fc.assert(
    fc.property(fc.oneof(fc.integer({ min: 0, max: 2 ** 49 }), fc.constantFrom(mib - 1, gib - 1, tib - 1)), (size) => {
      expect(Number.parseFloat(formatBytes(size))).toBeLessThan(1024);
    }),
  );
});

test('what is shown is within a twentieth of its unit, and exact when it has no decimals', () => {
  const factors: Readonly<Record<string, number>> = { B: 1, KiB: kib, MiB: mib, GiB: gib, TiB: tib, PiB: pib };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (size) => {
      const [number = '', unit = ''] = formatBytes(size).split(' ');
      const factor = factors[unit] ?? Number.NaN;
      const difference = Math.abs(Number(number) * factor - size);
      expect(difference).toBeLessThanOrEqual(number.includes('.') ? factor / 20 + 1 : 0);
    }),
  );
});

test('the largest size is the last that is exact in bytes', () => {
  expect(Number.isSafeInteger(toBytes(mostMebibytes))).toBe(true);
  expect(Number.isSafeInteger(toBytes(mostMebibytes + 1))).toBe(false);
  expect(toBytes(3)).toBe(3_145_728);
});
