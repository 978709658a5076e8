import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readServers, writeServers } from '#gluster/glusterd/remembered.ts';
import { forgetRecord, type ImageRecord, readRecord, writeRecord } from '#gluster/node/records.ts';
import { runDirectory } from '#src/run-directory.ts';

const isRoot = process.getuid?.() === 0;
const servers = [{ host: 'node1.lab', port: 24007 }];
const record: ImageRecord = { pool: 'p', volume: 'v', path: 'images/x/disk', servers };

/** A name nobody else uses; what is kept under it goes away with the test. */
function uniqueName(kind: 'images' | 'volumes'): { readonly name: string; readonly path: string } {
  const name = `unit-test-${process.pid}-${crypto.randomUUID()}`;
  const path = `${runDirectory}/${kind}/${name}`;
  onTestFinished(() => rmSync(path, { force: true }));
  return { name, path };
}

function damage(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, text);
}

test.runIf(isRoot).each([
  ['without a device', record],
  ['with a device', { ...record, device: '/dev/loop3' }],
  ['without servers', { ...record, servers: [] }],
])('a record %s reads back as it was written, until it is forgotten', (_, written) => {
  const { name, path } = uniqueName('images');
  expect(readRecord(name)).toBeUndefined();
  writeRecord(name, written);
  expect(readRecord(name)).toEqual(written);
  forgetRecord(name);
  forgetRecord(name);
  expect(readRecord(name)).toBeUndefined();
  expect(existsSync(path)).toBe(false);
});

test
  .runIf(isRoot)
  .each([
    '',
    '{',
    '[]',
    'null',
    '{}',
    '\0\0\0\0',
    JSON.stringify({ ...record, pool: undefined }),
    JSON.stringify({ ...record, volume: 7 }),
    JSON.stringify({ ...record, path: null }),
    JSON.stringify(record).slice(0, -5),
  ])('a damaged record is none: %s', (text) => {
  const { name, path } = uniqueName('images');
  damage(path, text);
  expect(readRecord(name)).toBeUndefined();
});

test.runIf(isRoot).each([
  [undefined, []],
  ['x', []],
  [{}, []],
  [[null, 1, 'a', {}, { host: 'a' }, { host: 'a', port: '1' }, { host: 1, port: 1 }], []],
  [[{ host: 'a', port: 1, more: true }, null], [{ host: 'a', port: 1 }]],
])('of damaged servers, %j, the sound ones are kept', (damaged, sound) => {
  const { name, path } = uniqueName('images');
  damage(path, JSON.stringify({ ...record, servers: damaged, device: 7 }));
  expect(readRecord(name)).toEqual({ ...record, servers: sound });
});

test.runIf(isRoot)('the servers of a volume read back as they were written; damaged they are none', () => {
  const { name, path } = uniqueName('volumes');
  expect(readServers(name)).toEqual([]);
  writeServers(name, servers);
  expect(readServers(name)).toEqual(servers);
  for (const text of ['', '{', 'null', '[]', '{"servers":{}}']) {
    damage(path, text);
    expect(readServers(name)).toEqual([]);
  }
});
