import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ImageMetadata, readLabel, readMetadata, writeMetadata } from '#gluster/images/metadata.ts';
import { scratchDirectory } from '../../../help.ts';

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

  test.each([
    ['a symbolic link', (path: string) => symlinkSync('/etc/passwd', path)],
    ['a FIFO', (path: string) => execFileSync('mkfifo', [path])],
    ['larger than 64 KiB', (path: string) => writeFileSync(path, 'x'.repeat(64 * 1024 + 1))],
    ['not a JSON object', (path: string) => writeFileSync(path, '[]')],
  ])('that is %s says nothing, tells what it is, and is replaced', (damage, make) => {
    const directory = scratchDirectory();
    make(`${directory}/image.json`);
    expect(readLabel(directory)).toEqual({ metadata: { preallocation: 'off' }, damage });
    writeMetadata(directory, { uuid: 'u', preallocation: 'full' });
    expect(readLabel(directory)).toEqual({ metadata: { uuid: 'u', preallocation: 'full' }, damage: undefined });
    expect(readdirSync(directory)).toEqual(['image.json']);
  });

  test('that is a directory says nothing, and is not replaced but told', () => {
    const directory = scratchDirectory();
    mkdirSync(`${directory}/image.json`);
    expect(readLabel(directory)).toEqual({ metadata: { preallocation: 'off' }, damage: 'a directory' });
    expect(() => writeMetadata(directory, { preallocation: 'off' })).toThrow(
      expect.objectContaining({ kind: 'exists', message: `${directory}/image.json is a directory` }),
    );
    expect(readdirSync(directory)).toEqual(['image.json']);
  });

  test('that is missing is not damaged', () => {
    expect(readLabel(scratchDirectory()).damage).toBeUndefined();
  });
});
