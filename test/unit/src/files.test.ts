import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { errnoOf } from '#src/errors.ts';
import { parseObject, readIfThere, removeFileIfThere, textField, writeFileAtomic } from '#src/files.ts';
import { scratchDirectory } from '../help.ts';

describe('writeFileAtomic', () => {
  test('makes a file only its owner can read, and leaves nothing beside it', () => {
    const directory = scratchDirectory();
    writeFileAtomic(`${directory}/file`, 'ünï\n', '.me');
    expect(readFileSync(`${directory}/file`, 'utf8')).toBe('ünï\n');
    expect(statSync(`${directory}/file`).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['file']);
  });

  test('replaces the file itself: who reads the old one keeps it, a link is not followed', () => {
    const directory = scratchDirectory();
    writeFileSync(`${directory}/other`, 'untouched');
    symlinkSync('other', `${directory}/file`);
    writeFileAtomic(`${directory}/file`, 'new', '.me');
    expect(readFileSync(`${directory}/other`, 'utf8')).toBe('untouched');
    expect(readFileSync(`${directory}/file`, 'utf8')).toBe('new');
  });

  test('is not stopped by the draft of a killed writer, nor does it write through it', () => {
    const directory = scratchDirectory();
    writeFileSync(`${directory}/other`, 'untouched');
    symlinkSync('other', `${directory}/file.me.new`);
    writeFileAtomic(`${directory}/file`, 'new', '.me');
    expect(readFileSync(`${directory}/other`, 'utf8')).toBe('untouched');
    expect(readdirSync(directory).sort()).toEqual(['file', 'other']);
  });
});

describe('readIfThere', () => {
  test('tells a file from none', () => {
    const directory = scratchDirectory();
    writeFileSync(`${directory}/file`, '');
    chmodSync(`${directory}/file`, 0o600);
    expect(readIfThere(`${directory}/file`)).toBe('');
    expect(readIfThere(`${directory}/absent`)).toBeUndefined();
    expect(readIfThere(`${directory}/file/below`)).toBeUndefined();
  });

  test('does not take what cannot be read for absent', () => {
    const directory = scratchDirectory();
    mkdirSync(`${directory}/sub`);
    expect(() => readIfThere(`${directory}/sub`)).toThrow('EISDIR');
  });
});

describe('parseObject', () => {
  test.each(['', ' ', 'null', '[]', '[{}]', '1', '"x"', '{', '{}{}', '{"a":1}x', '\0', 'undefined'])(
    '%j is none',
    (text) => {
      expect(parseObject(text)).toBeUndefined();
    },
  );

  test('yields what was written', () => {
    const anyObject = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(anyObject, (object) => {
        const json = JSON.stringify(object);
        expect(JSON.stringify(parseObject(json))).toBe(JSON.stringify(JSON.parse(json)));
      }),
    );
  });

  test.each([
    ['{"a":"x"}', 'x'],
    ['{"a":""}', ''],
    ['{"a":1}', undefined],
    ['{"a":null}', undefined],
    ['{"a":["x"]}', undefined],
    ['{"b":"x"}', undefined],
  ])('the text a of %s is %j', (json, expected) => {
    expect(textField(parseObject(json) ?? {}, 'a')).toBe(expected);
  });
});

describe('removeFileIfThere', () => {
  test('removes a file, and needs none', () => {
    const directory = scratchDirectory();
    writeFileSync(`${directory}/file`, '');
    removeFileIfThere(`${directory}/file`);
    removeFileIfThere(`${directory}/file`);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('says by its code why it cannot', () => {
    const directory = scratchDirectory();
    let thrown: unknown;
    try {
      removeFileIfThere(directory);
    } catch (error) {
      thrown = error;
    }
    expect(errnoOf(thrown)).toBe('EISDIR');
  });
});
