import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quote, visible } from '#src/quote.ts';

test.each([
  ['\u001b[2Jcleared', '\\u001b[2Jcleared'],
  ['a\u0007\u0000b', 'a\\u0007\\u0000b'],
  ['\r', '\\u000d'],
  ['DEL \u007f and CSI \u009b31m', 'DEL \\u007f and CSI \\u009b31m'],
  ['gnp\u202efdp.exe', 'gnp\\u202efdp.exe'],
  ['\u2066x\u2069', '\\u2066x\\u2069'],
  ['Datenträger „1“ 日本 🙂', 'Datenträger „1“ 日本 🙂'],
  ['two\nlines\tand a tab', 'two\nlines\tand a tab'],
])('%j is shown as %j', (text, shown) => {
  expect(visible(text)).toBe(shown);
});

test('a terminal gets nothing to act on, whatever the text', () => {
  const wild = fc.string({ unit: 'binary', maxLength: 20 });
  fc.assert(
    fc.property(wild, (text) => {
      for (const shown of [visible(text), quote(text)])
        expect(shown).not.toMatch(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u);
    }),
  );
});

test('JSON that is made visible means what it meant', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(JSON.parse(visible(JSON.stringify({ [text]: text })))).toEqual({ [text]: text });
    }),
  );
});
