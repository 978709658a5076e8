import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { choiceParameter, parseParameters, textParameter, unknown } from '#src/parameters.ts';
import { type VerbName, verbs } from '#src/verbs.ts';

const table = [
  choiceParameter('flavour', ['sweet', 'sour'], { summary: 'any', verbs: ['create', 'attach', 'verify'] }),
  textParameter('depth', (text) => /^[0-9]+$/.test(text), 'must be digits', {
    summary: 'digits',
    verbs: ['create', 'grow'],
  }),
] as const;
const allVerbs = Object.keys(verbs) as VerbName[];
const strict = ['create', 'verify'];

test.each(allVerbs)('%s: a name nobody knows is refused by create and verify only', async (verb) => {
  const { values, problems } = await parseParameters(verb, { EXTP_FLAVOR: 'sweet' }, table);
  expect(values).toEqual({});
  expect(problems).toHaveLength(strict.includes(verb) ? 1 : 0);
  if (strict.includes(verb)) expect(problems[0]).toMatch(/"flavor".*did you mean flavour\?.*flavour, depth/);
});

describe('values', () => {
  test.each([
    ['create', { EXTP_FLAVOUR: 'sour', EXTP_DEPTH: '3' }, { flavour: 'sour', depth: '3' }],
    ['attach', { EXTP_FLAVOUR: 'sour', EXTP_DEPTH: 'x' }, { flavour: 'sour' }],
    ['detach', { EXTP_FLAVOUR: 'bad', EXTP_DEPTH: '' }, {}],
    ['create', { EXTP_: 'x' }, undefined],
    ['create', { EXTPFLAVOUR: 'x', XEXTP_FLAVOUR: 'x', EXTP_DEPTH: undefined }, {}],
  ] as const)('%s %j', async (verb, environment, expected) => {
    const { values, problems } = await parseParameters(verb, environment, table);
    if (expected === undefined) expect(problems).toHaveLength(1);
    else expect({ values, problems }).toEqual({ values: expected, problems: [] });
  });

  test.each([
    [{ EXTP_FLAVOUR: 'swet' }, [/flavour.*"swet".*did you mean sweet\?.*sweet, sour/]],
    [{ EXTP_FLAVOUR: 'Sweet' }, [/did you mean sweet\?/]],
    [{ EXTP_FLAVOUR: '' }, [/flavour is empty/]],
    [{ EXTP_DEPTH: '-1' }, [/depth must be digits/]],
    [{ EXTP_DEPTH: '-1', EXTP_FLAVOUR: 'x', EXTP_OTHER: 'x' }, [/depth/, /flavour/, /other/]],
  ])('create refuses %j', async (environment, patterns) => {
    const { values, problems } = await parseParameters('create', environment, table);
    expect(values).toEqual({});
    expect(problems).toEqual(patterns.map((pattern) => expect.stringMatching(pattern)));
  });
});

test('names like those of every object are names nobody knows', async () => {
  const environment = { EXTP_CONSTRUCTOR: 'x', EXTP_TOSTRING: 'x', EXTP___PROTO__: 'x' };
  const { values, problems } = await parseParameters('create', environment, table);
  expect(Object.keys(values)).toEqual([]);
  expect(problems).toHaveLength(3);
});

test('any word is answered in one short line', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (word) => {
      const sentence = await unknown('thing', word, ['one', 'two']);
      expect(sentence).toMatch(/did you mean (one|two)\?/);
      expect(sentence).not.toContain('\n');
      expect(sentence.length).toBeLessThan(600);
    }),
    { numRuns: 40, examples: [['x'.repeat(9999)]] },
  );
});
