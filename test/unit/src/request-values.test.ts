import { describe, expect, test } from 'vitest';
import { Failure } from '#src/errors.ts';
import { isImageName, parseRequest } from '#src/request.ts';
import type { VariableName, VerbName } from '#src/verbs.ts';
import { failureOf } from '../help.ts';

const valid: Readonly<Partial<Record<VariableName, string>>> = {
  VOL_NAME: 'image',
  VOL_SIZE: '1',
  VOL_NEW_SIZE: '2048',
  VOL_METADATA: 'info',
  VOL_SNAPSHOT_NAME: 'image.snap',
};

/** The only problem of a request that is right but for one variable, or undefined when it is right. */
async function problemWith(verb: VerbName, variable: VariableName, value: string): Promise<string | undefined> {
  try {
    await parseRequest(verb, { ...valid, [variable]: value }, []);
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    expect(error.kind).toBe('invalid');
    expect(error.details.problems).toHaveLength(1);
    return error.details.problems?.[0];
  }
}

const goodNames = ['a', '_', '0', 'A-b.c_d+e', '7c1f.ext.disk0.snap', 'x'.repeat(180)];
const badNames = [
  '',
  '.',
  '..',
  '.a',
  '-a',
  '+a',
  '@a',
  '/',
  'a/b',
  '/a',
  'a/',
  '../a',
  'a/../b',
  'a b',
  'a\n',
  '\na',
].concat([
  'a\u0001',
  'a\u001b[2J',
  'a\u007f',
  'a\u009b2J',
  'a\ufffd',
  'é',
  'a\u202e',
  'a@b',
  'a:b',
  'a,b',
  'a\\b',
  'x'.repeat(181),
]);

describe.each([
  ['attach', 'VOL_NAME'],
  ['snapshot', 'VOL_SNAPSHOT_NAME'],
] as const)('%s %s', (verb, variable) => {
  test.each(goodNames)('can be %j', async (value) => {
    expect(await problemWith(verb, variable, value)).toBeUndefined();
    expect(isImageName(value)).toBe(true);
  });
  test.each(badNames)('cannot be %j', async (value) => {
    expect(await problemWith(verb, variable, value)).toMatch(new RegExp(`^${variable} must start with`));
    expect(isImageName(value)).toBe(false);
  });
});

const goodSizes = ['1', '9', '10', '1024', '8589934591'];
const badSizes = [
  '',
  '0',
  '-1',
  '+1',
  '1.5',
  '1.0',
  '1e3',
  '0x10',
  '010',
  '00',
  ' 1',
  '1 ',
  '1\n',
  '1k',
  '1_000',
  '١',
].concat(['8589934592', '99999999999999999999', '9'.repeat(400), 'NaN', 'Infinity', 'None', 'true']);

describe.each([
  ['create', 'VOL_SIZE'],
  ['grow', 'VOL_NEW_SIZE'],
  ['snapshot', 'VOL_SNAPSHOT_SIZE'],
] as const)('%s %s', (verb, variable) => {
  test.each(goodSizes)('can be %s', async (value) => {
    expect(await problemWith(verb, variable, value)).toBeUndefined();
  });
  test.each(badSizes)('cannot be %j', async (value) => {
    expect(await problemWith(verb, variable, value)).toMatch(new RegExp(`^${variable} must be .*MiB`));
  });
});

test.each([
  ['open', 'VOL_OPEN_EXCLUSIVE', ['True', 'False'], ['', 'true', 'false', 'TRUE', '1', '0', 'None', 'True\n', ' True']],
  ['attach', 'VOL_UUID', ['b2a4e1c8-0000', 'x'.repeat(128)], ['', 'a b', 'a/b', 'a\n', 'é', 'x'.repeat(129)]],
  [
    'attach',
    'VOL_CNAME',
    ['', 'data disk', 'é/ü', 'x'.repeat(1024)],
    ['a\nb', 'a\tb', 'a\u0085', 'a\ufffd', 'x'.repeat(1025)],
  ],
  [
    'setinfo',
    'VOL_METADATA',
    ['', 'originstname+web1.example-2_x', 'x'.repeat(128)],
    ['a b', 'a\n', 'a=b', 'x'.repeat(129)],
  ],
] as const)('%s %s', async (verb, variable, good, bad) => {
  for (const value of good)
    expect.soft(await problemWith(verb, variable, value), JSON.stringify(value)).toBeUndefined();
  for (const value of bad)
    expect.soft(await problemWith(verb, variable, value), JSON.stringify(value)).toContain(variable);
});

test.each([
  ['True', true],
  ['False', false],
])('VOL_OPEN_EXCLUSIVE=%s is %s', async (value, exclusive) => {
  expect(await parseRequest('open', { VOL_NAME: 'a', VOL_OPEN_EXCLUSIVE: value }, [])).toMatchObject({ exclusive });
});

test.each(['a\u001b[2J', 'a\u007f', 'a\u009b2J', 'a\nb', 'x'.repeat(5000)])(
  'the refusal of %j is safe to read',
  async (value) => {
    const failure = await failureOf(() => parseRequest('attach', { VOL_NAME: value }, []));
    for (const problem of failure.details.problems ?? []) {
      expect(problem).not.toMatch(/\p{Cc}/u);
      expect(problem.length).toBeLessThan(300);
    }
  },
);
