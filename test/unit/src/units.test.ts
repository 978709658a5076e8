import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatAge, formatBytes, formatBytesIn, isUnit, mostMebibytes, toBytes } from '#src/units.ts';

const hour = 3_600_000;
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

test.each([
  [-5, '0 min'],
  [0, '0 min'],
  [59 * 60_000, '59 min'],
  [hour, '1 h'],
  [hour + 60_000, '1 h 1 min'],
  [24 * hour, '1 d'],
  [49 * hour, '2 d 1 h'],
])('%i ms are %s', (milliseconds, text) => {
  expect(formatAge(milliseconds)).toBe(text);
});

// FormatUnit of Ganeti's lib/utils/text.py.
test.each([
  [0, '0', '0.0', '0.0'],
  [mib, '1', '0.0', '0.0'],
  [1.4 * mib, '1', '0.0', '0.0'],
  [1536 * mib, '1536', '1.5', '0.0'],
  [10 * gib, '10240', '10.0', '0.0'],
  [1.5 * tib, '1572864', '1536.0', '1.5'],
])('%d in m, g and t', (size, m, g, t) => {
  expect([formatBytesIn(size, 'm'), formatBytesIn(size, 'g'), formatBytesIn(size, 't')]).toEqual([m, g, t]);
});

test('units are those of Ganeti', () => {
  expect(['h', 'm', 'g', 't', 'k', '', 'M', 'hm'].filter(isUnit)).toEqual(['h', 'm', 'g', 't']);
});
