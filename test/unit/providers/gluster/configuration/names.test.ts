import { describe, expect, test } from 'vitest';
import { isPlainName } from '#gluster/configuration/names.ts';

describe('a plain name', () => {
  test.each(['a', '_', '0', 'A.b-c_d', 'x'.repeat(100)])('can be %s', (name) => expect(isPlainName(name)).toBe(true));
  test.each(['', '.', '..', '.a', '-a', 'a/b', 'a b', 'a\n', 'a,b', 'a:b', 'a@b', 'é', '\0', 'x'.repeat(101)])(
    'cannot be %j',
    (name) => expect(isPlainName(name)).toBe(false),
  );
});
