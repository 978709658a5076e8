import type fs from 'node:fs';
import { expect, test, vi } from 'vitest';
import { backingFile } from '#src/tools/losetup.ts';

// What the kernel answers in the moment in which a device goes away cannot be had on demand.
vi.mock('node:fs', async (original) => ({
  ...(await original<typeof fs>()),
  readFileSync: (path: string) => {
    throw Object.assign(new Error(`${path} and no such device`), { code: path.includes('loop7') ? 'ENODEV' : 'EIO' });
  },
}));

test('a loop device that goes away while one looks at it has no file, and any other fault is told', () => {
  expect(backingFile('/dev/loop7')).toBeUndefined();
  expect(() => backingFile('/dev/loop8')).toThrow('no such device');
});
