import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { asFailure, errnoOf, exitStatus, exitStatusMeaning, Failure, withPath } from '#src/errors.ts';
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
  ['ENOSPC', 'full', /^no space left: /],
  ['EDQUOT', 'full', /EDQUOT/],
  ['EFBIG', 'full', /EFBIG/],
  ['ENOTCONN', 'unavailable', /does not answer/],
  ['EIO', 'unavailable', /EIO/],
  ['ESTALE', 'unavailable', /ESTALE/],
  ['ETIMEDOUT', 'unavailable', /ETIMEDOUT/],
  ['EROFS', 'unavailable', /read-only/],
  ['EISDIR', 'exists', /a directory where a file should be/],
  ['ENOTDIR', 'exists', /where a directory should be/],
  ['ELOOP', 'exists', /a symbolic link/],
  ['EACCES', 'environment', /EACCES/],
  ['EPERM', 'environment', /EPERM/],
])('%s is a failure of kind %s', (code, kind, sentence) => {
  const failure = asFailure(systemError(code));
  expect(failure?.kind).toBe(kind);
  expect(failure?.message).toMatch(sentence);
  expect(failure?.message).toContain(`${code}: something, write`);
});

const noSpace = (path?: string) => Object.assign(systemError('ENOSPC'), path === undefined ? {} : { path });

test.each([
  ['/run/ganeti-gluster/mnt/default/ganeti/images/x/disk', /^no space left on the volume: /, /^make room/],
  ['/run/ganeti-gluster/lock/x', /^no space left on this node in \/run\/ganeti-gluster\/lock: /, /\/lock$/],
  ['/var/log/x', /^no space left on this node in \/var\/log: /, /^df .* \/var\/log$/],
  ['/x', /^no space left on this node in \/: /, /^df .* \/$/],
  [undefined, /^no space left: /, /^make room/],
])('whose room ran out is told by the path %s', (path, sentence, hint) => {
  const failure = asFailure(noSpace(path));
  expect(failure).toMatchObject({ kind: 'full', message: expect.stringMatching(sentence) });
  expect(failure?.details.hint).toMatch(hint);
});

test('the path of a file written through a descriptor is added, and one that is known stays', () => {
  expect(withPath(noSpace(), '/a/b')).toMatchObject({ code: 'ENOSPC', path: '/a/b' });
  expect(withPath(noSpace('/c'), '/a/b')).toMatchObject({ path: '/c' });
  const fault = new TypeError('x');
  expect(withPath(fault, '/a/b')).toBe(fault);
  expect(fault).not.toHaveProperty('path');
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
