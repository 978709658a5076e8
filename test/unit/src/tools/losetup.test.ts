import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backingFile, loopDevicesBy, parseBackingFileSystem } from '#src/tools/losetup.ts';

/** As losetup of util-linux 2.38 prints it. */
function printed(value: string): string {
  return `{
   "loopdevices": [
      {
         "back-maj:min": ${value}
      }
   ]
}
`;
}

test.each([
  ['"     254:0  "', '254:0'],
  ['"  0:54"', '0:54'],
  ['"7:1"', '7:1'],
])('the file system of %s is %s: the blanks losetup pads numbers with are gone', (value, fileSystem) => {
  expect(parseBackingFileSystem(printed(value))).toBe(fileSystem);
});

test.each(['null', '""', '"   "', '0', 'true', '[]', '{}'])('%s is no file system', (value) => {
  expect(parseBackingFileSystem(printed(value))).toBeUndefined();
});

test.each(
  ['', '\n', 'garbage', '{', '{}', '[]', 'null', '{"loopdevices": []}', '{"loopdevices": {}}'].concat(
    ['null', '"x"', '[null]', '[1]', '["x"]', '[{}]', '[[]]'].map((rows) => `{"loopdevices": ${rows}}`),
  ),
)('%j names no file system', (json) => {
  expect(parseBackingFileSystem(json)).toBeUndefined();
});

test('any JSON is a text that is not blank, or nothing', () => {
  const rows = fc.oneof(fc.jsonValue(), fc.array(fc.dictionary(fc.constantFrom('back-maj:min', 'x'), fc.jsonValue())));
  fc.assert(
    fc.property(rows, (loopdevices) => {
      const found = parseBackingFileSystem(JSON.stringify({ loopdevices }));
      if (found !== undefined) expect(found).toMatch(/^\S(.*\S)?$/s);
    }),
  );
});

test('a device that is not there has no file behind it', () => {
  expect(backingFile('/dev/loop987654')).toBeUndefined();
  expect(loopDevicesBy((path) => path.includes('/no such file of unit tests/'))).toEqual([]);
});
