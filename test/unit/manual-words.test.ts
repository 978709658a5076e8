import { describe, expect, test } from 'vitest';
import { manualPages } from '../../build/manual/pages.ts';
import { sentencesOfManual, wordsOf } from './markdown.ts';

const mostWords = 25;

describe.each(Object.entries(manualPages(new Date(0))))('%s', (_, text) => {
  test(`has no sentence of more than ${mostWords} words`, () => {
    expect(sentencesOfManual(text).length).toBeGreaterThan(50);
    expect(sentencesOfManual(text).filter((sentence) => wordsOf(sentence) > mostWords)).toEqual([]);
  });
});
