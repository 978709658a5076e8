import { describe, expect, test } from 'vitest';
import { call } from '../support/caller.ts';
import { expectRefusal } from '../support/expectations.ts';
import { verbNames } from '../support/provider.ts';
import { identity, newDisk } from '../support/verbs.ts';

const variables = {
  ...identity(newDisk()),
  VOL_SIZE: '8',
  VOL_NEW_SIZE: '16',
  VOL_METADATA: 'text',
  VOL_SNAPSHOT_NAME: 'x',
};

describe.each(verbNames)('%s', (verb) => {
  test.each(['-h', '--help'])('explains itself with %s, whatever else is there', async (option) => {
    const { exitCode, stdout } = await call(verb, {}, { args: [option], output: 'pipes' });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/usage:/i);
    expect(stdout).toContain(verb);
  });

  test.each([['stray'], ['--force'], ['']])('refuses the argument %j and shows its usage', async (argument) => {
    const outcome = await call(verb, variables, { args: [argument], output: 'pipes' });
    expectRefusal(outcome, undefined, /usage:/i);
  });
});

test.each(verbNames.filter((verb) => verb !== 'verify'))('%s says which variable is missing', async (verb) => {
  expectRefusal(await call(verb, {}, { output: 'pipes' }), undefined, /VOL_NAME/);
});
