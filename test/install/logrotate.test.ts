import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';

const rules = path.resolve(import.meta.dirname, '../../providers/gluster/files/logrotate.conf');
const ganetiDirectory = '/var/log/ganeti/extstorage';
const day = 24 * 60 * 60 * 1000;

let scratch: string;
let logs: string;

beforeEach(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'logrotate-'));
  logs = path.join(scratch, 'logs');
  await mkdir(logs);
});

afterEach(() => rm(scratch, { recursive: true }));

test('files of this provider are deleted when they are three months old, and nothing else is', async () => {
  const files = [
    // KIND-PROVIDER-VOLUME-TIME.log, as Ganeti names them.
    await log('open-gluster-8d1c5ed2.ext.disk0-2026-01-01_00_00_00.log', 91),
    await log('close-gluster-8d1c5ed2.ext.disk0-2026-01-01_00_00_00.log', 91, ''),
    await log('grow-gluster-8d1c5ed2.ext.disk0-2026-03-01_00_00_00.log', 80),
    await log('open-rbd-8d1c5ed2.ext.disk0-2026-01-01_00_00_00.log', 91),
  ];
  const yesterday = new Date(Date.now() - 2 * day).toISOString().slice(0, 10);
  const state = path.join(scratch, 'state');
  await writeFile(state, `logrotate state -- version 2\n${files.map((file) => `"${file}" ${yesterday}\n`).join('')}`);
  // What an administrator may have set for all logs must not leave a copy.
  const text = (await readFile(rules, 'utf8')).replace(ganetiDirectory, logs);
  const configuration = path.join(scratch, 'configuration');
  await writeFile(configuration, `create\ncompress\ndateext\nrotate 52\n${text}`, { mode: 0o644 });
  await execa('logrotate', ['--state', state, configuration]);
  expect((await readdir(logs)).sort()).toEqual([
    'grow-gluster-8d1c5ed2.ext.disk0-2026-03-01_00_00_00.log',
    'open-rbd-8d1c5ed2.ext.disk0-2026-01-01_00_00_00.log',
  ]);
});

test('no file is rotated by our rules and by those of another package', async () => {
  await execa('cp', ['-r', '/etc/logrotate.d', `${scratch}/rules`]);
  await writeFile(`${scratch}/rules/ganeti-extstorage-gluster`, await readFile(rules), { mode: 0o644 });
  await writeFile(`${scratch}/all`, `include ${scratch}/rules\n`, { mode: 0o644 });
  const { stderr } = await execa('logrotate', ['--debug', '--state', `${scratch}/state`, `${scratch}/all`]);
  expect(stderr).toContain('ganeti-extstorage-gluster');
  expect(stderr).not.toMatch(/error|duplicate/);
});

async function log(name: string, days: number, text = 'said\n'): Promise<string> {
  const file = path.join(logs, name);
  await writeFile(file, text);
  const time = new Date(Date.now() - days * day);
  await utimes(file, time, time);
  return file;
}
