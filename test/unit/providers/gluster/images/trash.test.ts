import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { builtinPool } from '#gluster/configuration/pool.ts';
import { thisNode } from '#gluster/ganeti/this-node.ts';
import { type Image, imageNames, readImage } from '#gluster/images/image.ts';
import { type ImageMetadata, writeMetadata } from '#gluster/images/metadata.ts';
import {
  bringBack,
  discard,
  entryName,
  moveToTrash,
  parseEntry,
  purge,
  purgedAfter,
  purgeExpired,
  purgeRemains,
  readTrash,
} from '#gluster/images/trash.ts';
import type { MountedVolume } from '#gluster/node/mounts.ts';
import { isImageName } from '#src/request.ts';
import { failureOf, scratchDirectory } from '../../../help.ts';

const hour = 3_600_000;

function volume(trash = hour): MountedVolume {
  return { pool: { ...builtinPool, trash }, volume: 'v', path: scratchDirectory(), release: async () => {} };
}

function imageOn(mounted: MountedVolume, name: string, metadata: Partial<ImageMetadata> = {}): Image {
  const directory = `${mounted.path}/images/${name}`;
  mkdirSync(directory, { recursive: true });
  writeFileSync(`${directory}/disk`, name);
  writeMetadata(directory, { preallocation: 'off', ...metadata });
  const image = readImage(mounted, name);
  if (image === undefined) throw new Error('it was not made');
  return image;
}

/** As if it had been removed earlier. */
function trashedBefore(mounted: MountedVolume, name: string, milliseconds: number, reason = 'removed'): string {
  const when = new Date(Date.now() - milliseconds).toISOString();
  const directory = `${mounted.path}/images/.trash/${name}@${reason}-${when}@node9`;
  mkdirSync(directory, { recursive: true });
  writeFileSync(`${directory}/disk`, name);
  return directory;
}

/** Another machine was heard of, by its clock so many milliseconds from now. */
function heardElsewhere(mounted: MountedVolume, milliseconds: number): void {
  const directory = `${mounted.path}/images/.nodes`;
  mkdirSync(directory, { recursive: true });
  writeFileSync(`${directory}/node8@00000000-000000000000`, '');
  const time = new Date(Date.now() + milliseconds);
  utimesSync(`${directory}/node8@00000000-000000000000`, time, time);
}

// What this run of the machine remembers of the tests' directories.
afterAll(() => {
  for (const file of globSync('/run/ganeti-gluster/nodes/*@unit-*')) rmSync(file);
});

const names = (mounted: MountedVolume): readonly string[] => readTrash(mounted).map(({ name }) => name);

describe('the name of an entry', () => {
  const entry = fc.record({
    name: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._+-]{0,179}$/).filter(isImageName),
    reason: fc.constantFrom('removed', 'quarantined'),
    when: fc.date({ min: new Date('2020-01-01'), max: new Date('2200-01-01'), noInvalidDate: true }),
    node: fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,63}$/),
  });

  test('tells all there is to know, and fits into a directory', () => {
    fc.assert(
      fc.property(entry, (given) => {
        const text = entryName(given);
        // One more is put before it while it is deleted.
        expect(Buffer.byteLength(text)).toBeLessThan(255);
        expect(isImageName(text)).toBe(false);
        const { node, ...rest } = parseEntry(text) ?? { node: undefined };
        expect(rest).toEqual({ name: given.name, reason: given.reason, when: given.when });
        expect(given.node.startsWith(node ?? 'none')).toBe(true);
        if (given.name.length < 100) expect(node).toBe(given.node);
      }),
    );
  });

  test.each([
    '',
    'x',
    '.x@removed-2026-11-22T17:18:01.123Z@n',
    'x@removed-yesterday@n',
    'x@gone-2026-11-22T17:18:01.123Z@n',
    'x@removed-2026-11-22T17:18:01.123Z',
    '@removed-2026-11-22T17:18:01.123Z@n',
  ])('%j is none', (text) => {
    expect(parseEntry(text)).toBeUndefined();
  });
});

test.each([
  ['removed', hour, hour],
  ['removed', 0, undefined],
  ['quarantined', hour, undefined],
] as const)('%s, kept for %i ms: purged after %j ms', (reason, keep, after) => {
  const when = new Date('2026-01-01T00:00:00Z');
  const until = purgedAfter({ name: 'x', reason, when, node: 'n' }, keep);
  expect(until === undefined ? undefined : until.getTime() - when.getTime()).toBe(after);
});

describe('discard', () => {
  test('moves an image with all that is known of it, and its name is free', () => {
    const mounted = volume();
    discard(imageOn(mounted, 'x', { uuid: 'u', info: 'i' }));
    expect(imageNames(mounted)).toEqual([]);
    const [trashed] = readTrash(mounted);
    expect(trashed).toMatchObject({ name: 'x', reason: 'removed', node: thisNode().name, size: 1 });
    expect(readFileSync(`${trashed?.directory}/image.json`, 'utf8')).toContain('"u"');
    discard(imageOn(mounted, 'x'));
    expect(names(mounted)).toEqual(['x', 'x']);
  });

  test('deletes at once without a trash, and a snapshot always', () => {
    const [without, mounted] = [volume(0), volume()];
    discard(imageOn(without, 'x'));
    discard(imageOn(mounted, 'x.snap', { snapshotOf: 'x' }));
    for (const here of [without, mounted]) expect([imageNames(here), readTrash(here)]).toEqual([[], []]);
  });
});

describe('the trash', () => {
  test('gives an image back once, and never over another', async () => {
    const mounted = volume();
    moveToTrash(imageOn(mounted, 'x', { uuid: 'u' }), 'quarantined');
    const [trashed] = readTrash(mounted, 'x');
    if (trashed === undefined) return expect.unreachable();
    imageOn(mounted, 'x', { uuid: 'another' });
    expect((await failureOf(() => bringBack(trashed))).kind).toBe('exists');
    moveToTrash(imageOn(mounted, 'x'), 'removed');
    await bringBack(trashed);
    expect(readFileSync(`${mounted.path}/images/x/image.json`, 'utf8')).toContain('"u"');
    purge(readTrash(mounted, 'x')[0] ?? trashed);
    expect(readTrash(mounted)).toEqual([]);
    discard(imageOn(mounted, 'x'));
    expect((await failureOf(() => bringBack(trashed))).kind).toBe('missing');
  });

  test('is purged of what is kept for long enough by two clocks, and of nothing else', () => {
    const mounted = volume();
    trashedBefore(mounted, 'old', 3 * hour);
    trashedBefore(mounted, 'doubtful', hour + 60_000);
    heardElsewhere(mounted, -hour);
    trashedBefore(mounted, 'new', hour - 60_000);
    trashedBefore(mounted, 'suspect', 100 * hour, 'quarantined');
    trashedBefore(mounted, 'future', -hour);
    mkdirSync(`${mounted.path}/images/.trash/whatever`);
    purgeExpired(mounted);
    expect(names(mounted)).toEqual(['suspect', 'doubtful', 'new', 'future']);
    expect(existsSync(`${mounted.path}/images/.trash/whatever`)).toBe(true);
  });

  test('is not purged because one clock says so, and a clock that is behind makes nothing old', () => {
    const mounted = volume();
    trashedBefore(mounted, 'old', 100 * hour);
    purgeExpired(mounted);
    expect(names(mounted)).toEqual(['old']);
    heardElsewhere(mounted, 48 * hour);
    moveToTrash(imageOn(mounted, 'x'), 'removed');
    expect(readTrash(mounted, 'x')[0]?.when.getTime()).toBeGreaterThan(Date.now() + 47 * hour);
  });

  test('is not purged by itself when nothing is kept any more', () => {
    const mounted = volume(0);
    trashedBefore(mounted, 'old', 100 * hour);
    purgeExpired(mounted);
    expect(names(mounted)).toEqual(['old']);
  });

  test('a purge that was killed is no image any more, and the next one ends it', () => {
    const mounted = volume();
    const dead = `${mounted.path}/images/.trash/.x@removed-2026-01-01T00:00:00.000Z@n`;
    mkdirSync(dead, { recursive: true });
    writeFileSync(`${dead}/disk`, 'x');
    expect(readTrash(mounted)).toEqual([]);
    purgeRemains(mounted);
    expect(readdirSync(`${mounted.path}/images/.trash`)).toEqual([]);
  });

  test('that is not there is empty', () => {
    const mounted = volume();
    purgeExpired(mounted);
    expect(readTrash(mounted)).toEqual([]);
    expect(existsSync(`${mounted.path}/images`)).toBe(false);
  });
});
