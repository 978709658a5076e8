import { expect, test } from 'vitest';
import { knownParameters, parameters, type Request } from '#gluster/configuration/parameters.ts';
import { builtinPool } from '#gluster/configuration/pool.ts';
import { parseParameters } from '#src/parameters.ts';
import { type VerbName, verbs } from '#src/verbs.ts';

const fromGaneti = { EXTP_PROVIDER: 'gluster', EXTP_ACCESS: 'userspace' };
const all = {
  EXTP_POOL: 'p',
  EXTP_VOLUME: 'v',
  EXTP_PREALLOCATION: 'full',
  EXTP_CLONE: 'c',
  EXTP_LINK: 'l/f',
  EXTP_BLOCKDEV: 'never',
  ...fromGaneti,
};

test('what is offered to administrators is what they may give', () => {
  expect(parameters.map(({ name }) => name)).toEqual(['pool', 'volume', 'preallocation', 'clone', 'link', 'blockdev']);
  for (const { name, summary } of parameters) {
    // A line of parameters.list is a name, blanks, and a description.
    expect(name).toMatch(/^[a-z]+$/);
    expect(summary).toMatch(/^\S.*\S$/);
  }
  expect(new Set(knownParameters.map(({ name }) => name)).size).toBe(knownParameters.length);
});

test.each(Object.keys(verbs) as VerbName[])(
  '%s takes everything that is right, with what Ganeti adds',
  async (verb) => {
    const { values, problems } = await parseParameters(verb, all, knownParameters);
    expect(problems).toEqual([]);
    for (const [name, value] of Object.entries(values)) expect(all).toHaveProperty(`EXTP_${name.toUpperCase()}`, value);
  },
);

test.each([
  ['create', ['access', 'blockdev', 'clone', 'link', 'pool', 'preallocation', 'volume']],
  ['attach', ['access', 'blockdev', 'pool', 'volume']],
  ['detach', []],
  ['remove', ['access', 'pool', 'volume']],
  ['open', ['pool', 'volume']],
] as const)('%s uses %j', async (verb, names) => {
  const { values } = await parseParameters(verb, all, knownParameters);
  expect(Object.keys(values).sort()).toEqual(names);
});

test.each([
  ['EXTP_BLOCKDEV', 'yes', /always, never/],
  ['EXTP_PREALLOCATION', 'metadata', /off, falloc, full/],
  ['EXTP_ACCESS', 'both', /kernelspace, userspace/],
  ['EXTP_POOL', '../x', /parameter pool must start with/],
  ['EXTP_CLONE', '../x', /parameter clone must start with/],
  ['EXTP_VOLUME', 'a/b', /parameter volume must start with/],
  ['EXTP_VOLUM', 'a', /did you mean volume\?/],
])('create refuses %s=%s', async (variable, value, problem) => {
  const { problems } = await parseParameters('create', { [variable]: value }, knownParameters);
  expect(problems).toEqual([expect.stringMatching(problem)]);
});

test('a misspelt parameter or key does not compile', () => {
  const { parameters: given }: Pick<Request<'create'>, 'parameters'> = { parameters: { preallocation: 'full' } };
  // @ts-expect-error: it is called preallocation.
  expect(given.prealocation).toBeUndefined();
  // @ts-expect-error: full is no text, but one of three words.
  const wrong: Pick<Request<'create'>, 'parameters'> = { parameters: { preallocation: 'ful' } };
  expect(wrong.parameters.preallocation).not.toBe(given.preallocation);
  // @ts-expect-error: it is called mountOptions.
  expect(builtinPool.mountOption).toBeUndefined();
});
