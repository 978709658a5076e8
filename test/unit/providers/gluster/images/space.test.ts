import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { builtinPool, type Pool } from '#gluster/configuration/pool.ts';
import { promisedOn } from '#gluster/images/promised.ts';
import {
  chooseVolume,
  type Demand,
  demandOfSize,
  fits,
  largestSize,
  requireReserve,
  type VolumeSpace,
} from '#gluster/images/space.ts';
import type { MountedVolume } from '#gluster/node/mounts.ts';
import { mostMebibytes, toBytes } from '#src/units.ts';
import { failureOf, scratchDirectory } from '../../../help.ts';

const mebibyte = 1024 * 1024;

function mountedAt(path: string, volume: string, pool: Partial<Pool> = {}): MountedVolume {
  return { pool: { ...builtinPool, ...pool }, volume, path, release: async () => {} };
}

function volume(numbers: Partial<VolumeSpace>): VolumeSpace {
  const mebibytes = { total: 1000, free: 500, reserve: 50, promised: 400 };
  const space = { volume: 'v', overcommit: undefined, ...mebibytes, ...numbers };
  const [total, free, reserve, promised] = [space.total, space.free, space.reserve, space.promised].map(toBytes);
  return { ...space, total: total ?? 0, free: free ?? 0, reserve: reserve ?? 0, promised: promised ?? 0 };
}

describe('what fits', () => {
  test.each([
    ['a reserved image up to the reserve', {}, demandOfSize('', toBytes(450), 'falloc'), true, 450],
    ['not a MiB more', {}, demandOfSize('', toBytes(451), 'full'), false, 450],
    ['a sparse image of any size', {}, demandOfSize('', toBytes(9999), 'off'), true, mostMebibytes],
    ['no sparse image below the reserve', { free: 49 }, demandOfSize('', toBytes(1), 'off'), false, 0],
    ['a sparse image right at the reserve', { free: 50 }, demandOfSize('', 1, 'off'), true, mostMebibytes],
    ['a sparse image within the ratio', { overcommit: 1.5 }, demandOfSize('', toBytes(1100), 'off'), true, 1100],
    ['not a MiB above it', { overcommit: 1.5 }, demandOfSize('', toBytes(1101), 'off'), false, 1100],
    ['nothing once more is promised', { overcommit: 0.3 }, demandOfSize('', toBytes(1), 'off'), false, 0],
    ['a reserved image only within both', { overcommit: 0.5 }, demandOfSize('', toBytes(101), 'full'), false, 100],
    ['a larger image', {}, demandOfSize('', toBytes(550), 'full', toBytes(100)), true, 550],
    ['not one grown too much', {}, demandOfSize('', toBytes(551), 'full', toBytes(100)), false, 550],
    [
      'a sparse one grown in the ratio',
      { overcommit: 1 },
      demandOfSize('', toBytes(700), 'off', toBytes(100)),
      true,
      700,
    ],
    ['none grown below the reserve', { free: 1 }, demandOfSize('', toBytes(8), 'off', toBytes(7)), false, 7],
    ['a copy, whatever is promised', { overcommit: 0.1 }, { purpose: '', growth: 0, blocks: toBytes(450) }, true, 0],
    ['no copy into the reserve', {}, { purpose: '', growth: 0, blocks: toBytes(450) + 1 }, false, 450],
  ] as const)('%s', (_, numbers, demand, expected, largest) => {
    const space = volume(numbers);
    expect(fits(space, demand)).toBe(expected);
    expect(largestSize(space, demand)).toBe(toBytes(largest));
  });

  const size = fc.oneof(fc.nat({ max: 1000 }).map(toBytes), fc.nat({ max: Number.MAX_SAFE_INTEGER }));
  const anySpace = fc.record({
    volume: fc.constant('v'),
    total: size,
    free: size,
    reserve: size,
    promised: fc.oneof(size, fc.double({ min: 0, max: 1e19, noNaN: true })),
    overcommit: fc.option(fc.double({ min: 0.001, max: 1000, noNaN: true }), { nil: undefined }),
  });

  test('the largest size fits, one MiB more does not, and nothing that fits leaves less than the reserve', () => {
    let refused = 0;
    fc.assert(
      fc.property(
        anySpace,
        fc.integer({ min: 1, max: 2 ** 52 }),
        fc.constantFrom('off', 'full'),
        fc.nat({ max: 500 }),
        (space, asked, how, from) => {
          const demand = demandOfSize('', toBytes(from) + asked, how, toBytes(from));
          const largest = largestSize(space, demand);
          const asLarge = (bytes: number): Demand => demandOfSize('', bytes, how, toBytes(from));
          if (fits(space, demand)) expect(space.free - demand.blocks).toBeGreaterThanOrEqual(space.reserve);
          else refused += 1;
          if (largest > toBytes(from)) {
            expect(fits(space, asLarge(largest))).toBe(true);
            if (largest < toBytes(mostMebibytes)) expect(fits(space, asLarge(largest + mebibyte))).toBe(false);
          }
          // What is smaller fits where something larger does.
          if (fits(space, demand)) expect(fits(space, asLarge(toBytes(from) + 1))).toBe(true);
        },
      ),
      {
        numRuns: 2000,
        // The sum of a size and a part of a byte would be rounded up.
        examples: [[{ ...volume({ total: 1, overcommit: 1 }), reserve: 0, promised: 1e-10 }, 1, 'off', 1]],
      },
    );
    expect(refused).toBeGreaterThan(100);
  });
});

describe('the sum of all images', () => {
  function images(count: number): MountedVolume {
    const mounted = mountedAt(scratchDirectory(), 'v');
    for (let number = 0; number < count; number += 1) {
      mkdirSync(`${mounted.path}/images/i${number}`, { recursive: true });
      writeFileSync(`${mounted.path}/images/i${number}/disk`, '');
      truncateSync(`${mounted.path}/images/i${number}/disk`, mebibyte);
    }
    return mounted;
  }

  test('counts each once, and what cannot be looked at as nothing', async () => {
    const mounted = images(9);
    mkdirSync(`${mounted.path}/images/empty`);
    writeFileSync(`${mounted.path}/images/file`, 'x');
    expect(await promisedOn(mounted)).toBe(9 * mebibyte);
    expect(await promisedOn(mountedAt(scratchDirectory(), 'v'))).toBe(0);
  });

  test('ends early when asked to', async () => {
    expect(await promisedOn(images(9), { patience: -1 })).toBe(0);
  });
});

describe('the volume for something new', () => {
  const small: Demand = demandOfSize('a small one', mebibyte, 'full');
  // /proc has no free space at all.
  const nowhere = mountedAt('/proc', 'without');

  test('is one where it fits, in whatever order they come', async () => {
    const good = mountedAt(scratchDirectory(), 'with');
    expect(await chooseVolume([nowhere, good], small)).toBe(good);
    expect(await chooseVolume([good, nowhere], small)).toBe(good);
  });

  test('is not the one with most space when that may not be promised more', async () => {
    const [full, other] = ['full', 'other'].map((name) => mountedAt(scratchDirectory(), name, { overcommit: 0.001 }));
    if (full === undefined || other === undefined) return expect.unreachable();
    mkdirSync(`${full.path}/images/i`, { recursive: true });
    writeFileSync(`${full.path}/images/i/disk`, '');
    truncateSync(`${full.path}/images/i/disk`, 2 ** 42);
    expect(await chooseVolume([full, other], small)).toBe(other);
    expect(await chooseVolume([other, full], small)).toBe(other);
  });

  test('is none when it fits nowhere: the numbers of each follow, and the largest size', async () => {
    const good = mountedAt(scratchDirectory(), 'with', { reserve: { percent: 0, bytes: 2 ** 52 } });
    const failure = await failureOf(() => chooseVolume([nowhere, good], small));
    expect(failure).toMatchObject({ kind: 'full', message: expect.stringMatching(/a small one: .* 0 MiB, on volume/) });
    expect(failure.details.problems).toHaveLength(2);
    expect(failure.details.problems).toContain('volume without: 0 B free of 0 B, 0 B kept in reserve');
  });

  test('is looked at again afterwards', async () => {
    const directory = scratchDirectory();
    expect(requireReserve(mountedAt(directory, 'v', { reserve: { percent: 0, bytes: 1 } }))).toBeUndefined();
    const failure = await failureOf(() =>
      requireReserve(mountedAt(directory, 'v', { reserve: { percent: 0, bytes: 2 ** 52 } })),
    );
    expect(failure.kind).toBe('full');
  });
});
