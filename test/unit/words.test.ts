import { describe, expect, test } from 'vitest';
import { pages, pageText, sentencesOf, wordsOf } from './markdown.ts';

const mostWords = 25;

test('a sentence ends where its point is, and text in backquotes is one word', () => {
  const text = [
    '# A heading that nobody reads as a sentence',
    'It works with Ganeti 3.1. See `man 8 gnt-gluster`',
    'for [the others](docs/x.md#y). Is it?',
    '',
    '- One `a b c` more',
    '  line.',
    '- two',
    '| a | table |',
    '```',
    'No sentence. Here.',
    '```',
  ].join('\n');
  const sentences = sentencesOf(text);
  expect(sentences).toEqual([
    'It works with Ganeti 3.1.',
    'See CODE for the others.',
    'Is it?',
    'One CODE more line.',
    'two',
  ]);
  expect(sentences.map(wordsOf)).toEqual([5, 5, 2, 4, 1]);
});

describe.each([...pages, 'CHANGELOG.md', 'CONTRIBUTING.md', 'contrib/ganeti/README.md'])('%s', (page) => {
  test(`has no sentence of more than ${mostWords} words`, () => {
    expect(sentencesOf(pageText(page)).filter((sentence) => wordsOf(sentence) > mostWords)).toEqual([]);
  });

  test('calls a remedy a remedy', () => {
    expect(sentencesOf(pageText(page)).filter((sentence) => /way out/i.test(sentence))).toEqual([]);
  });
});
