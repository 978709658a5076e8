import { statfsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answers, askAhead, type Mount, mountAt, mounts, parseMountinfo, recentRoom } from '#src/mounts.ts';

const gluster =
  '98 29 0:54 / /run/ganeti-gluster/mnt/default/ganeti rw,relatime shared:54 - fuse.glusterfs node1.lab:/ganeti rw,user_id=0';

test.each([
  ['', []],
  [
    gluster,
    [
      {
        id: 98,
        point: '/run/ganeti-gluster/mnt/default/ganeti',
        type: 'fuse.glusterfs',
        source: 'node1.lab:/ganeti',
        fileSystem: '0:54',
      },
    ],
  ],
  [
    '1 2 8:1 / / rw - ext4 /dev/sda1 rw\n',
    [{ id: 1, point: '/', type: 'ext4', source: '/dev/sda1', fileSystem: '8:1' }],
  ],
  [
    '1 2 0:9 / /a rw shared:1 master:2 propagate_from:3 unbindable - tmpfs none rw',
    [{ id: 1, point: '/a', type: 'tmpfs', source: 'none', fileSystem: '0:9' }],
  ],
  ['1 2 0:9 / - rw - tmpfs - rw', [{ id: 1, point: '-', type: 'tmpfs', source: '-', fileSystem: '0:9' }]],
  [
    String.raw`1 2 0:9 / /a\040b\011c\012d\134e\134040 rw - tmpfs x\040y rw`,
    [{ id: 1, point: '/a b\tc\nd\\e\\040', type: 'tmpfs', source: 'x y', fileSystem: '0:9' }],
  ],
  ['garbage', []],
  ['1 2 0:9 / /a rw shared:1', []],
  ['1 2 0:9 / /a rw -', []],
  ['1 2 0:9 / /a rw - tmpfs', []],
])('%j', (text, expected) => {
  expect(parseMountinfo(text)).toEqual(expected);
});

test('garbage costs its own line only', () => {
  expect(parseMountinfo(`x\n${gluster}\n\n1 2 3\n${gluster}\n`)).toHaveLength(2);
});

/** As the kernel writes it (seq_escape of blank, tab, line end and backslash). */
function octal(text: string): string {
  return text.replace(/[ \t\n\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

function line({ id, point, type, source, fileSystem }: Mount, optional: readonly string[]): string {
  return [id, '35', fileSystem, '/', octal(point), 'rw,noatime', ...optional, '-', type, octal(source), 'rw'].join(' ');
}

test('what the kernel writes is read back, whatever the names', () => {
  const nasty = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\\', '-', '/', '0', '4', 'é', '𐍈', ':', 'a') });
  const anyMount: fc.Arbitrary<Mount> = fc.record({
    id: fc.nat(),
    point: nasty.map((text) => `/${text}`),
    type: fc.constantFrom('ext4', 'fuse.glusterfs', 'tmpfs'),
    source: nasty,
    fileSystem: fc.tuple(fc.nat(), fc.nat()).map((numbers) => numbers.join(':')),
  });
  const optional = fc.subarray(['shared:1', 'master:2', 'propagate_from:3', 'unbindable']);
  fc.assert(
    fc.property(fc.array(fc.tuple(anyMount, optional)), (entries) => {
      const text = entries.map(([mount, fields]) => `${line(mount, fields)}\n`).join('');
      expect(parseMountinfo(text)).toEqual(entries.map(([mount]) => mount));
    }),
  );
});

test('any text is read without an error', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(' ', '-', '\n', '\\', '0', 'a') }), (text) => {
      expect(parseMountinfo(text)).toBeInstanceOf(Array);
    }),
  );
});

test('this machine has a root and a /proc', () => {
  expect(mountAt('/proc')).toMatchObject({ point: '/proc', type: 'proc' });
  expect(mounts().some(({ point }) => point === '/')).toBe(true);
  expect(mountAt('/proc/no/mount')).toBeUndefined();
});

describe('what answers', () => {
  const missing = Array.from({ length: 5 }, (_, index) => `/no/such/mount/${index}`);

  test('of many that are asked together, each has its own answer', async () => {
    const points = ['/', missing[0] ?? '', '/proc', '/sys', missing[1] ?? '', '/dev'];
    askAhead(points, 60_000);
    const said = await Promise.all(points.map((point) => answers(point, 60_000)));
    expect(said).toEqual([true, false, true, true, false, true]);
  });

  test('one that is asked twice ahead is asked once, and one that is asked alone answers for itself', async () => {
    askAhead(['/tmp'], 60_000);
    askAhead(['/tmp', missing[2] ?? ''], 60_000);
    expect(await answers(missing[2] ?? '', 60_000)).toBe(false);
    expect(await answers('/tmp', 60_000)).toBe(true);
    expect(await answers(missing[3] ?? '', 60_000)).toBe(false);
  });

  test('who waits for less than was asked for waits no longer', async () => {
    askAhead(['/run'], 60_000);
    expect(await answers('/run', 0)).toBe(false);
  });

  test('says what room it has, as statfs(2) does', async () => {
    expect(recentRoom(missing[4] ?? '')).toBeUndefined();
    expect(await answers(missing[4] ?? '', 60_000)).toBe(false);
    expect(recentRoom(missing[4] ?? '')).toBeUndefined();
    expect(await answers('/dev', 60_000)).toBe(true);
    const { blocks, bsize } = statfsSync('/dev');
    expect(recentRoom('/dev')?.total).toBe(blocks * bsize);
    expect(recentRoom('/dev')?.free).toBeLessThanOrEqual(blocks * bsize);
  });
});
