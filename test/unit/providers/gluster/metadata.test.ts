import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  conflictingOpenings,
  type ImageMetadata,
  readMetadata,
  readOpenings,
  removeOpening,
  writeMetadata,
  writeOpening,
} from '../../../../providers/gluster/metadata.ts';
import { scratchDirectory } from '../../help.ts';

describe('image.json', () => {
  test('reads back as it was written, whatever the texts', () => {
    const directory = scratchDirectory();
    const text = fc.string({ unit: 'grapheme' });
    const fields = { uuid: text, diskName: text, info: text, created: text, createdBy: text, snapshotOf: text };
    const anyMetadata: fc.Arbitrary<ImageMetadata> = fc.record(
      { ...fields, snapshotState: text, preallocation: fc.constantFrom('off', 'falloc', 'full') },
      { requiredKeys: ['preallocation'] },
    );
    fc.assert(
      fc.property(anyMetadata, (metadata) => {
        writeMetadata(directory, metadata);
        expect(readMetadata(directory)).toEqual({ ...metadata });
        expect(readdirSync(directory)).toEqual(['image.json']);
      }),
      { numRuns: 30 },
    );
  });

  test.each([
    '',
    'x',
    '{',
    '[]',
    'null',
    '"x"',
    '{"uuid":',
    '\0\0\0\0',
    '{"preallocation":"some"}',
    '{"uuid":7,"info":null}',
  ])('damaged, %j, reads as empty', (text) => {
    const directory = scratchDirectory();
    writeFileSync(`${directory}/image.json`, text);
    expect(readMetadata(directory)).toEqual({ preallocation: 'off' });
  });

  test('missing reads as empty', () => {
    expect(readMetadata(scratchDirectory())).toEqual({ preallocation: 'off' });
    expect(readMetadata('/no/such/directory')).toEqual({ preallocation: 'off' });
  });

  test('what is right of a partly wrong one is kept, and nothing else', () => {
    const directory = scratchDirectory();
    writeFileSync(`${directory}/image.json`, '{"uuid":"u","info":5,"preallocation":"full","future":"x","format":9}');
    expect(readMetadata(directory)).toEqual({ uuid: 'u', preallocation: 'full' });
  });
});

describe('openings', () => {
  function other(directory: string, node: string, mode: string): void {
    mkdirSync(`${directory}/opened`, { recursive: true });
    writeFileSync(`${directory}/opened/${node}.json`, JSON.stringify({ node, since: '2026-01-01T00:00:00Z', mode }));
  }

  test('this node opens, opens otherwise, and closes', () => {
    const directory = scratchDirectory();
    expect(readOpenings(directory)).toEqual([]);
    writeOpening(directory, 'shared');
    const [first] = readOpenings(directory);
    expect(first).toMatchObject({ node: hostname(), mode: 'shared' });
    writeOpening(directory, 'shared');
    expect(readOpenings(directory)).toEqual([first]);
    writeOpening(directory, 'exclusive');
    expect(readOpenings(directory)).toMatchObject([{ node: hostname(), mode: 'exclusive' }]);
    removeOpening(directory);
    removeOpening(directory);
    expect(readOpenings(directory)).toEqual([]);
  });

  test('closing here leaves the opening of another node', () => {
    const directory = scratchDirectory();
    other(directory, 'elsewhere', 'exclusive');
    writeOpening(directory, 'shared');
    removeOpening(directory);
    expect(readOpenings(directory)).toMatchObject([{ node: 'elsewhere' }]);
  });

  test.each(['', '{', '[]', '{"node":"n"}', '{"since":"s"}', '{"node":1,"since":2}'])(
    'damaged, %j, is none',
    (text) => {
      const directory = scratchDirectory();
      other(directory, 'good', 'unheard of');
      writeFileSync(`${directory}/opened/bad.json`, text);
      writeFileSync(`${directory}/opened/good.json.new.new`, '{"node":"draft","since":"s"}');
      // An unknown mode counts as the one that is careful.
      expect(readOpenings(directory)).toMatchObject([{ node: 'good', mode: 'exclusive' }]);
    },
  );

  test.each([
    ['exclusive', 'exclusive', true],
    ['exclusive', 'shared', true],
    ['shared', 'exclusive', true],
    ['shared', 'shared', false],
  ] as const)('%s here and %s elsewhere conflict: %s', (here, elsewhere, conflict) => {
    const directory = scratchDirectory();
    writeOpening(directory, here);
    expect(conflictingOpenings(directory, here)).toEqual([]);
    other(directory, 'elsewhere', elsewhere);
    expect(conflictingOpenings(directory, here).map(({ node }) => node)).toEqual(conflict ? ['elsewhere'] : []);
  });
});
