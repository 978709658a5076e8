import { expect, test } from 'vitest';
import { shell } from '../support/lab.ts';
import { attach, done, run } from '../support/verbs.ts';
import { fakeTool, fuseClient } from './support/faults.ts';
import { unmountAll, useGlusterLedger } from './support/storage.ts';

const ledger = useGlusterLedger();

test('the FUSE process has standard descriptors of its own, so that nobody waits for it', async () => {
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  await attach(disk);
  const open = await shell('for fd in 0 1 2; do readlink "/proc/$1/fd/$fd"; done', await fuseClient());
  expect(open).not.toMatch(/pipe|socket/);
});

test('where systemd runs, the FUSE process is started in a scope of its own', async () => {
  // A lab has no systemd, and the provider tells by this directory whether there is one.
  ledger.later(() => shell('rm -rf /run/systemd /tmp/scope'));
  await shell('mkdir -p /run/systemd/system');
  const untilCommand = 'while case $1 in -*) ;; *) false ;; esac; do shift; done';
  await fakeTool(ledger, 'systemd-run', `printf '%s\\n' "$@" >/tmp/scope\n${untilCommand}\nexec "$@"`);
  await unmountAll();
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  const words = (await shell('cat /tmp/scope')).split('\n');
  expect(words).toContain('--scope');
  expect(words.indexOf('mount.glusterfs')).toBeGreaterThan(words.indexOf('--scope'));
  await attach(disk);
});
