import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quoteForShell } from '#gluster/admin/qemu-arguments.ts';

test('a shell reads quoted words as they were', () => {
  const word = fc.string({ unit: 'binary' }).map((text) => Buffer.from(text.replaceAll('\0', '')).toString());
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), (words) => {
      const script = `set -- ${words.map(quoteForShell).join(' ')}; printf '%s\\0' "$@"`;
      expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe(words.map((text) => `${text}\0`).join(''));
    }),
    { numRuns: 50 },
  );
});
