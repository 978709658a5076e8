import { describe, expect, test } from 'vitest';
import { textParameter } from '#src/parameters.ts';
import { parseRequest } from '#src/request.ts';
import type { VariableName, VerbName } from '#src/verbs.ts';
import { failureOf } from '../help.ts';

const name = '7c1f0f8e-9e50-4a5c-93a2-27a3d6f1e0aa.ext.disk0';
const identity = { VOL_UUID: 'b2a4e1c8-0000-4000-8000-000000000001', VOL_CNAME: 'data' };

interface Call {
  readonly verb: VerbName;
  readonly required: Partial<Record<VariableName, string>>;
  readonly optional: Partial<Record<VariableName, string>>;
}

/** What Ganeti passes to each verb, written down apart from the table of the program. */
const calls: readonly Call[] = [
  { verb: 'create', required: { VOL_NAME: name, VOL_SIZE: '1024' }, optional: identity },
  { verb: 'attach', required: { VOL_NAME: name }, optional: identity },
  { verb: 'detach', required: { VOL_NAME: name }, optional: identity },
  { verb: 'remove', required: { VOL_NAME: name }, optional: identity },
  { verb: 'close', required: { VOL_NAME: name }, optional: identity },
  { verb: 'open', required: { VOL_NAME: name }, optional: { ...identity, VOL_OPEN_EXCLUSIVE: 'True' } },
  { verb: 'grow', required: { VOL_NAME: name, VOL_NEW_SIZE: '2048' }, optional: { ...identity, VOL_SIZE: '1024' } },
  { verb: 'setinfo', required: { VOL_NAME: name, VOL_METADATA: 'originstname+web1' }, optional: identity },
  {
    verb: 'snapshot',
    required: { VOL_NAME: name, VOL_SNAPSHOT_NAME: `${name}.snap` },
    optional: { VOL_SNAPSHOT_SIZE: '1024' },
  },
  { verb: 'verify', required: {}, optional: { VOL_NAME: name, VOL_SIZE: '1024' } },
];

const expected = {
  VOL_NAME: ['name', name],
  VOL_SIZE: ['size', 1024],
  VOL_NEW_SIZE: ['newSize', 2048],
  VOL_UUID: ['uuid', identity.VOL_UUID],
  VOL_CNAME: ['diskName', 'data'],
  VOL_METADATA: ['metadata', 'originstname+web1'],
  VOL_SNAPSHOT_NAME: ['snapshotName', `${name}.snap`],
  VOL_SNAPSHOT_SIZE: ['snapshotSize', 1024],
  VOL_OPEN_EXCLUSIVE: ['exclusive', true],
} as const satisfies Record<VariableName, readonly [string, unknown]>;

function fieldsOf(environment: Call['required']): Record<string, unknown> {
  const variables = Object.keys(environment) as VariableName[];
  return Object.fromEntries(variables.map((variable) => expected[variable]));
}

describe.each(calls)('$verb', ({ verb, required, optional }) => {
  test('takes what it requires', async () => {
    expect(await parseRequest(verb, { ...required }, [])).toEqual({ ...fieldsOf(required), parameters: {} });
  });

  test('takes everything Ganeti passes', async () => {
    const environment = { ...required, ...optional };
    expect(await parseRequest(verb, environment, [])).toEqual({ ...fieldsOf(environment), parameters: {} });
  });

  test('names everything that is missing at once', async () => {
    const names = Object.keys(required);
    if (names.length === 0) return expect(await parseRequest(verb, {}, [])).toEqual({ parameters: {} });
    const failure = await failureOf(() => parseRequest(verb, {}, []));
    expect(failure.kind).toBe('invalid');
    expect(failure.details.problems).toEqual(names.map((variable) => `${variable} is not set`));
    expect(failure.details.hint).toBe(`${verb} --help`);
  });

  test('does not look at the variables of other verbs, nor at any other', async () => {
    const others = Object.fromEntries(
      Object.keys(expected)
        .filter((variable) => !(variable in required) && !(variable in optional) && !(variable in identity))
        .map((variable) => [variable, '../\n']),
    );
    const environment = { ...required, ...others, PATH: '/bin', HOME: undefined, VOL_FUTURE: 'x', name: '../x' };
    expect(await parseRequest(verb, environment, [])).toEqual({ ...fieldsOf(required), parameters: {} });
  });
});

test('every problem is listed in one failure: variables, contradictions, parameters', async () => {
  const table = [textParameter('pool', (text) => text !== '', 'must not be empty', { summary: '', verbs: ['create'] })];
  const environment = { VOL_NAME: '../x', VOL_SIZE: '0', VOL_UUID: 'a b', EXTP_PULL: 'x', EXTP_POOL: '' };
  const failure = await failureOf(() => parseRequest('create', environment, table));
  expect(failure.kind).toBe('invalid');
  expect(failure.message).toContain('5 problems');
  const { problems = [] } = failure.details;
  expect(problems).toHaveLength(5);
  for (const word of ['VOL_NAME', 'VOL_SIZE', 'VOL_UUID', '"pull"', 'parameter pool'])
    expect(problems.filter((problem) => problem.includes(word))).toHaveLength(1);
});

test.each([
  ['1024', '1023', false],
  ['1024', '1024', true],
  ['1024', '1025', true],
])('grow from %s to %s MiB: allowed %s', async (old, wanted, allowed) => {
  const parsed = parseRequest('grow', { VOL_NAME: 'a', VOL_SIZE: old, VOL_NEW_SIZE: wanted }, []);
  if (allowed) await expect(parsed).resolves.toMatchObject({ newSize: Number(wanted) });
  else
    await expect(parsed).rejects.toMatchObject({
      kind: 'invalid',
      details: { problems: [expect.stringContaining('smaller')] },
    });
});

test('a snapshot onto the image itself is refused', async () => {
  const failure = await failureOf(() => parseRequest('snapshot', { VOL_NAME: 'a', VOL_SNAPSHOT_NAME: 'a' }, []));
  expect(failure.details.problems).toEqual(['VOL_SNAPSHOT_NAME is the same as VOL_NAME']);
});
