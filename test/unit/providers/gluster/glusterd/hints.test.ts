import { expect, test } from 'vitest';
import { hintOf, inodesHint } from '#gluster/glusterd/hints.ts';
import { asFailure, Failure } from '#src/errors.ts';

const path = '/run/ganeti-gluster/mnt/default/vol1/images/x/disk';

function hintAfter(code: string, at = path): string | undefined {
  const error = Object.assign(new Error(`${code}: something, open '${at}'`), { code, path: at });
  return hintOf(asFailure(error) ?? new Failure('internal', ''));
}

test.each([
  ['EROFS', /^gluster volume get vol1 features\.read-only; .*gluster volume status vol1$/],
  ['EACCES', /^gluster volume get vol1 server\.root-squash/],
  ['EPERM', /^gluster volume get vol1 server\.root-squash/],
])('%s on a volume: what to look at', (code, hint) => {
  expect(hintAfter(code)).toMatch(hint);
});

test('what is no file on a volume, or says enough, gets no other hint', () => {
  expect(hintAfter('EROFS', '/etc/ganeti/x')).toBeUndefined();
  expect(hintAfter('EACCES', '/var/log/glusterfs/x')).toBeUndefined();
  expect(hintAfter('ENOTCONN')).toBeUndefined();
  expect(hintOf(new Failure('busy', `${path} is in use`, { hint: 'wait' }))).toBeUndefined();
});

test.each([
  [{ files: 1000, free: 0 }, /0 of 1000 inodes are free/],
  [{ files: 100_000, free: 99 }, /99 of 100000 inodes/],
  [{ files: 100_000, free: 50_000 }, undefined],
  [{ files: 0, free: 0 }, undefined],
])('%j: inodes are named when they are what is missing', (inodes, hint) => {
  if (hint === undefined) expect(inodesHint('vol1', inodes)).toBeUndefined();
  else expect(inodesHint('vol1', inodes)).toMatch(hint);
});
