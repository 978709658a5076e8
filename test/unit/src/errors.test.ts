import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { asFailure, errnoOf, exitStatus, exitStatusMeaning, Failure } from '../../../src/errors.ts';
import { scratchDirectory } from '../help.ts';

function systemError(code: unknown): Error {
  return Object.assign(new Error(`${code}: something, write`), { code });
}

test('every kind of failure has an exit status of its own that a shell does not use itself', () => {
  const statuses = Object.values(exitStatus);
  expect(new Set(statuses).size).toBe(statuses.length);
  for (const status of statuses) expect(status > 0 && status < 64).toBe(true);
  expect(Object.keys(exitStatusMeaning).sort()).toEqual(Object.keys(exitStatus).sort());
  expect(new Set(Object.values(exitStatusMeaning)).size).toBe(statuses.length);
});

test.each([
  ['ENOSPC', 'full', /no space left on the volume/],
  ['EDQUOT', 'full', /EDQUOT/],
  ['EFBIG', 'full', /EFBIG/],
  ['ENOTCONN', 'unavailable', /does not answer/],
  ['EIO', 'unavailable', /EIO/],
  ['ESTALE', 'unavailable', /ESTALE/],
  ['ETIMEDOUT', 'unavailable', /ETIMEDOUT/],
  ['EROFS', 'unavailable', /read-only/],
  ['EISDIR', 'exists', /a directory stands/],
  ['ENOTDIR', 'exists', /should be a directory/],
  ['ELOOP', 'exists', /a symbolic link/],
  ['EACCES', 'environment', /EACCES/],
  ['EPERM', 'environment', /EPERM/],
])('%s is a failure of kind %s', (code, kind, sentence) => {
  const failure = asFailure(systemError(code));
  expect(failure?.kind).toBe(kind);
  expect(failure?.message).toMatch(sentence);
  expect(failure?.message).toContain(`${code}: something, write`);
});

test('a full volume may need some seconds to notice that there is room again', () => {
  expect(asFailure(systemError('ENOSPC'))?.details.hint).toMatch(/wait ten seconds/);
  expect(asFailure(systemError('EIO'))?.details.hint).toBeUndefined();
});

test.each([
  ['ENOENT', systemError('ENOENT')],
  ['a number', systemError(5)],
  ['no code', new TypeError('x is not a function')],
  ['no error', 'ENOSPC'],
  ['an object that only looks like one', { code: 'ENOSPC', message: 'x' }],
  ['undefined', undefined],
  ['null', null],
])('%s is a fault of the program', (_, error) => {
  expect(asFailure(error)).toBeUndefined();
});

test('a failure stays what it is', () => {
  const failure = new Failure('busy', 'in use', { hint: 'wait' });
  expect(asFailure(failure)).toBe(failure);
});

test('the code of a real system error is found', () => {
  let found: unknown;
  try {
    readFileSync(`${scratchDirectory()}/absent`);
  } catch (error) {
    found = error;
  }
  expect(errnoOf(found)).toBe('ENOENT');
});
