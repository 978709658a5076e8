import { expect, test } from 'vitest';
import { pageText, sentencesOf, wordsOf } from './markdown.ts';
import { programFiles, textsIn, textsOfFile } from './source-texts.ts';

const mostWords = 25;

/** The sentences of a text: a line ends one, and so does a point before anything but a small letter. */
function sentencesSaid(text: string): readonly string[] {
  return text.split(/\n|(?<=[.!?][)"']*)\s+(?=[^a-z\s])/).filter((sentence) => sentence.trim() !== '');
}

test('a text is a literal, a template or their sum, and what is put in is one word', () => {
  const source = [
    "import x from 'no text of ours';",
    "const a: 'a type' | undefined = undefined;",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the source of a template
    "fail('kind', `the ${b ? 'first one' : 'second'} of ${list.join(' and ')} is` + ' full', { hint: 'make room' });",
    "note('oneword' + c + ' more words');",
  ].join('\n');
  expect(textsIn(source, 'x.ts')).toEqual([
    { where: 'x.ts:3', text: 'the VALUE of VALUE is full' },
    { where: 'x.ts:3', text: 'first one' },
    { where: 'x.ts:3', text: 'make room' },
    { where: 'x.ts:4', text: 'onewordVALUE more words' },
  ]);
});

test(`no file of the program says a sentence of more than ${mostWords} words`, () => {
  const texts = programFiles.flatMap(textsOfFile);
  expect(texts.length).toBeGreaterThan(700);
  const long = texts.flatMap(({ where, text }) =>
    sentencesSaid(text).flatMap((sentence) => {
      const words = wordsOf(sentence);
      return words > mostWords ? [`${where}: ${words} words: ${sentence}`] : [];
    }),
  );
  expect(long).toEqual([]);
});

test(`the example configuration has no sentence of more than ${mostWords} words`, () => {
  const text = pageText('providers/gluster/files/gluster.toml.example');
  const comments = text.split('\n').map((line) => (/^#/.test(line) ? line.replace(/^# ?/, '') : ''));
  const sentences = sentencesOf(comments.join('\n'));
  expect(sentences.length).toBeGreaterThan(30);
  expect(sentences.filter((sentence) => wordsOf(sentence) > mostWords)).toEqual([]);
});
