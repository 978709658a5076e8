import { expect, test } from 'vitest';
import { shell } from '../support/lab.ts';
import { attach, done, newDisk, run } from '../support/verbs.ts';
import { replaceProgram } from './support/faults.ts';
import { gntGluster, unmountAll, useGlusterLedger } from './support/storage.ts';

const ledger = useGlusterLedger();
const log = '/var/log/glusterfs/ganeti-default-ganeti.log';

/** Makes the log of the FUSE client larger than any file that Node reads. It is sparse: it takes no room. */
async function makeLogLarge(): Promise<void> {
  ledger.later(() => shell('rm -f "$1"', log));
  await shell('mkdir -p /var/log/glusterfs; truncate -s 3G "$1"', log);
}

test('a log of the FUSE client of 3 GiB is no obstacle to a mount', async () => {
  const disk = ledger.disk();
  await makeLogLarge();
  await done(run.create(disk, 8));
  await unmountAll();
  await attach(disk);
  await done(run.detach(disk));
  expect(await gntGluster(['image', 'list'])).toMatchObject({ exitCode: 0, json: [{ name: disk.name }] });
});

test('a mount that fails tells what the client added to a log of 3 GiB', async () => {
  await makeLogLarge();
  await unmountAll();
  const line = '[2026-01-01 00:00:00.000000 +0000] E [MSGID: 101] [a.c:1:b] 0-ganeti: the reason';
  await replaceProgram(ledger, '/usr/sbin/mount.glusterfs', `echo '${line}' >>${log}; exit 1`);
  const outcome = await run.create(newDisk(), 8);
  expect(outcome).toMatchObject({ exitCode: 7, said: expect.stringContaining('the reason') });
});
