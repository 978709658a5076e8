import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Digest } from '#gluster/agent/brick-files.ts';
import { type AskedBrick, compareBricks } from '#gluster/agent/compare-bricks.ts';
import { type BrickFile, textOf } from '#gluster/pool/compare.ts';

type Files = Readonly<Record<string, number>>;

const limits = { pause: 1, most: 4, files: 3 };

function fileOf(size: number): BrickFile {
  return { mode: '100600', owner: '0:0', size, attributes: {} };
}

function partOf(path: string): number {
  return path.charCodeAt(0) % 16;
}

/** A brick whose files are those of the first list at the first look, and at last those of the last one. */
function brick(name: string, looks: readonly Files[], arbiter = false): AskedBrick {
  let count = 0;
  const all = looks[0] ?? {};
  const digest = (part: number): Digest => {
    const files = Object.entries(all)
      .filter(([path]) => partOf(path) === part)
      .sort();
    const texts = files.map(([path, size]) => [path, size === undefined ? '' : textOf(fileOf(arbiter ? 0 : size))]);
    const withoutSizes = files.map(([path, size]) => [path, textOf(fileOf(size), { but: 'size' })]);
    return { files: files.length, all: JSON.stringify(texts), withoutSizes: JSON.stringify(withoutSizes) };
  };
  return {
    name,
    arbiter,
    digests: async () => Array.from({ length: 16 }, (_, part) => digest(part)),
    paths: async (parts) => Object.keys(all).filter((path) => parts.includes(partOf(path))),
    files: async (paths) => {
      count += 1;
      const now = looks[Math.min(count, looks.length) - 1] ?? {};
      const there = paths.flatMap((path) => (now[path] === undefined ? [] : [[path, fileOf(arbiter ? 0 : now[path])]]));
      return Object.fromEntries(there);
    },
  };
}

test('bricks with the same files are the same, an arbiter without data too', async () => {
  const files = { a: 1, b: 2, q: 3 };
  const found = await compareBricks([brick('x', [files]), brick('y', [files]), brick('z', [files], true)], limits);
  expect(found).toEqual({ files: 3, differences: [], changing: [], isPart: false });
});

test('what stays different is told', async () => {
  const bricks = [brick('x', [{ a: 1, b: 2 }]), brick('y', [{ a: 1 }]), brick('z', [{ a: 1, b: 2 }])];
  const found = await compareBricks(bricks, limits);
  expect(found).toEqual({
    files: 2,
    differences: [{ path: 'b', problem: 'is missing on y', missingOn: ['y'] }],
    changing: [],
    isPart: false,
  });
});

test('what a guest was changing is looked at again', async () => {
  const growing = [{ a: 1 }, { a: 3 }, { a: 4 }];
  const late = [{ a: 0 }, { a: 2 }, { a: 4 }];
  expect(await compareBricks([brick('x', growing), brick('y', late)], limits)).toMatchObject({
    differences: [],
    changing: [],
  });
});

const sizes = (first: number): readonly Files[] => [0, 2, 4, 6, 8, 10].map((more) => ({ a: first + more }));

test('a file that grows on all bricks may have another size on each at the moment', async () => {
  expect(await compareBricks([brick('x', sizes(0)), brick('y', sizes(1))], limits)).toMatchObject({
    differences: [],
    changing: [],
  });
});

test('a brick that does not have the changes is found while they go on', async () => {
  expect(await compareBricks([brick('x', sizes(0)), brick('y', [{ a: 1 }])], limits)).toMatchObject({
    differences: [],
    changing: ['a'],
  });
});

test('where very much differs, the rest is not looked at', async () => {
  const files = Object.fromEntries([...'abcdefghijkl'].map((path) => [path, 1]));
  const { differences, isPart } = await compareBricks([brick('x', [files]), brick('y', [{}])], limits);
  expect(isPart).toBe(true);
  expect(differences).toHaveLength(limits.files);
});

test('what differs behind very many that were only changing is found', async () => {
  const names = [...'abcdefghijkl'];
  const filesOf = (size: number) => Object.fromEntries(names.map((path) => [path, path === 'l' ? 7 : size]));
  const { l: _, ...without } = filesOf(2);
  const found = await compareBricks([brick('x', [filesOf(1), filesOf(2)]), brick('y', [without])], {
    ...limits,
    most: 6,
  });
  expect(found).toMatchObject({ differences: [{ path: 'l', problem: 'is missing on y' }], isPart: false });
});

test('whatever two bricks have, exactly the paths that differ are told', async () => {
  const anyFiles = fc.dictionary(fc.stringMatching(/^[a-p]{1,2}$/), fc.nat(2), { maxKeys: 8 });
  await fc.assert(
    fc.asyncProperty(anyFiles, anyFiles, async (one, other) => {
      const unlike = [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(
        (path) => one[path] !== other[path],
      );
      const found = await compareBricks([brick('x', [one]), brick('y', [other])], { ...limits, files: 100 });
      expect(found.differences.map(({ path }) => path).sort()).toEqual(unlike.sort());
      expect(found.changing).toEqual([]);
    }),
    { numRuns: 200 },
  );
});
