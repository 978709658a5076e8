import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { errnoOf } from '#src/errors.ts';
import { parseObject, readIfThere, removeFileIfThere, replaceShared, textField, writeFileAtomic } from '#src/files.ts';
import { scratchDirectory, startModule } from '../help.ts';

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

describe('replaceShared', () => {
  test('many processes at once replace a file, and it is always whole', async () => {
    const directory = scratchDirectory();
    const path = `${directory}/file`;
    const text = 'x'.repeat(100_000);
    const lines = `
      import { readFileSync } from 'node:fs';
      import { replaceShared } from './src/files.ts';
      for (let turn = 0; turn < 100; turn += 1) {
        replaceShared('${path}', 'x'.repeat(100_000));
        if (readFileSync('${path}', 'utf8').length !== 100_000) throw new Error('a part of it');
      }
    `;
    const writers = Array.from({ length: 4 }, () => startModule(lines));
    for (const { ended } of writers) expect(await ended).toMatchObject({ exitCode: 0, stderr: '' });
    expect(readdirSync(directory)).toEqual(['file']);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('the draft of a process that was killed goes later, and that of a living one or of one unseen stays', () => {
    const directory = scratchDirectory();
    const unseen = 2 ** 22 + 2;
    const [dead, alive] = [`${directory}/file.${2 ** 22 + 1}.new`, `${directory}/file.1.new`];
    for (const draft of [dead, alive, `${directory}/file.${unseen}.new`]) writeFileSync(draft, '');
    const before = new Date(Date.now() - 61_000);
    for (const draft of [dead, alive]) utimesSync(draft, before, before);
    replaceShared(`${directory}/file`, 'text');
    expect(readdirSync(directory).sort()).toEqual(['file', 'file.1.new', `file.${unseen}.new`]);
  });
});
