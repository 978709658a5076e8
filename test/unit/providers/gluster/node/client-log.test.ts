import { appendFileSync, truncateSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorsOf, logSince, logSize } from '#gluster/node/client-log.ts';
import { scratchDirectory } from '../../../help.ts';

const gibibyte = 1024 ** 3;

test('what was added to a log is read, and nothing else', () => {
  const log = `${scratchDirectory()}/log`;
  writeFileSync(log, 'before\n');
  const size = logSize(log);
  expect(logSince(log, size)).toBe('');
  appendFileSync(log, 'after\n');
  expect(logSince(log, size)).toBe('after\n');
});

test('a log may be larger than any file that Node reads', () => {
  const log = `${scratchDirectory()}/log`;
  writeFileSync(log, '');
  truncateSync(log, 3 * gibibyte);
  const size = logSize(log);
  expect(size).toBe(3 * gibibyte);
  appendFileSync(log, 'after\n');
  expect(logSince(log, size)).toBe('after\n');
});

test('of much that was added the end is read', () => {
  const log = `${scratchDirectory()}/log`;
  writeFileSync(log, '');
  truncateSync(log, 3 * gibibyte);
  appendFileSync(log, 'last\n');
  const said = logSince(log, 0);
  expect(said.length).toBe(256 * 1024);
  expect(said.endsWith('last\n')).toBe(true);
});

test('a log that was rotated meanwhile is read from its beginning', () => {
  const log = `${scratchDirectory()}/log`;
  writeFileSync(log, 'new\n');
  expect(logSince(log, 3 * gibibyte)).toBe('new\n');
});

test('a log that is not there is empty', () => {
  const log = `${scratchDirectory()}/absent`;
  expect(logSize(log)).toBe(0);
  expect(logSince(log, 5)).toBe('');
});

test('errors and critical errors are told from the rest', () => {
  const line = (level: string) => `[2026-01-01 00:00:00.000000 +0000] ${level} [MSGID: 1] [a.c:1:b] 0-c: d`;
  const [error, critical] = [line('E'), line('C')];
  expect(errorsOf([line('I'), error, line('W'), critical, ''].join('\n'))).toBe(`${error}\n${critical}\n`);
});
