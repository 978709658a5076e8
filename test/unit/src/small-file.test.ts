import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { readSmallFile } from '#src/small-file.ts';
import { scratchDirectory } from '../help.ts';

test('a regular file is read, up to its limit', () => {
  const path = `${scratchDirectory()}/file`;
  for (const text of ['', 'é', 'x'.repeat(100)]) {
    writeFileSync(path, text);
    expect(readSmallFile(path, 100)).toEqual({ text });
  }
  writeFileSync(path, 'x'.repeat(101));
  expect(readSmallFile(path, 100)).toEqual({ damage: 'larger than 100 B' });
});

test('none is nothing', () => {
  expect(readSmallFile('/no/such/file', 10)).toBeUndefined();
});

test.each([
  ['a directory', (path: string) => mkdirSync(path)],
  ['a symbolic link', (path: string) => symlinkSync('/etc/passwd', path)],
  ['a symbolic link', (path: string) => symlinkSync('/no/such/file', path)],
  ['a FIFO', (path: string) => execFileSync('mkfifo', [path])],
  ['a device', (path: string) => execFileSync('mknod', [path, 'c', '1', '5'])],
])('%s is told, and not waited for', (kind, make) => {
  const path = `${scratchDirectory()}/file`;
  make(path);
  expect(readSmallFile(path, 1 << 20)).toEqual({ damage: kind });
});

test('a socket is told', async () => {
  const path = `${scratchDirectory()}/s`;
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, () => resolve()));
  expect(readSmallFile(path, 10)).toEqual({ damage: 'a socket' });
  server.close();
});

test('a sparse file of terabytes costs nothing', () => {
  const path = `${scratchDirectory()}/file`;
  writeFileSync(path, '');
  truncateSync(path, 2 ** 41);
  expect(readSmallFile(path, 64 * 1024)).toEqual({ damage: 'larger than 64 KiB' });
});

test('a file of no size that never ends is read up to the limit', () => {
  expect(readSmallFile('/proc/self/maps', 10)).toEqual({ damage: 'larger than 10 B' });
});
