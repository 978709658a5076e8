import { expect, test } from 'vitest';
import { shell } from '../support/lab.ts';
import { providerDirectory } from '../support/provider.ts';
import { attach, done, newDisk, run } from '../support/verbs.ts';
import { useGlusterLedger } from './support/storage.ts';

const ledger = useGlusterLedger();

/** What a node daemon could have in its environment that means something to Node, to a shell or to our tools. */
const pollution: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'nothing that exists': { PATH: '/nowhere', HOME: '/nowhere', TMPDIR: '/nowhere', PWD: '/nowhere', SHELL: '/nowhere' },
  'options for Node': { NODE_OPTIONS: '--require=/nowhere.js', NODE_PATH: '/nowhere', NODE_ENV: 'test' },
  'more options for Node': { NODE_OPTIONS: '--inspect-brk=0 --no-such-option', NODE_DEBUG: '*', NODE_NO_WARNINGS: '0' },
  'debugging of tools': { LOOPDEV_DEBUG: 'all', LIBMOUNT_DEBUG: 'all', LIBSMARTCOLS_DEBUG: 'all' },
  'traps for shells': { ENV: '/nowhere', BASH_ENV: '/nowhere', IFS: 'e', CDPATH: '/tmp', POSIXLY_CORRECT: '1' },
  'traps for Python': { PYTHONPATH: '/nowhere', PYTHONHOME: '/nowhere', PYTHONSTARTUP: '/nowhere' },
  'another OpenSSL': { OPENSSL_CONF: '/nowhere', SSL_CERT_FILE: '/nowhere', NODE_EXTRA_CA_CERTS: '/nowhere' },
  'data for ICU': { NODE_ICU_DATA: '/nowhere' },
  'broken variables of other verbs': { VOL_SNAPSHOT_NAME: '/', VOL_METADATA: '\n', VOL_OPEN_EXCLUSIVE: 'x' },
};

test('every verb works whatever the node daemon has in its environment', async () => {
  const disks = ledger.disks(Object.keys(pollution).length);
  const all = Object.entries(pollution).map(async ([what, daemon], index) => {
    const disk = disks[index] ?? newDisk();
    for (const step of [
      () => run.create(disk, 8, { daemon }),
      () => run.attach(disk, { daemon }),
      () => run.grow(disk, 8, 9, { daemon }),
      () => run.detach(disk, { daemon }),
      () => run.remove(disk, { daemon }),
    ]) {
      const { exitCode, said } = await step();
      expect(exitCode, `${what}: ${said}`).toBe(0);
    }
  });
  await Promise.all(all);
});

test('what attach prints is the same whatever the node daemon has in its environment', async () => {
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  const expected = await attach(disk);
  for (const daemon of Object.values(pollution)) expect(await attach(disk, { daemon })).toEqual(expected);
});

test('the directory of the provider may be read-only', async () => {
  await shell('mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"', providerDirectory);
  ledger.later(() => shell('umount "$1"', providerDirectory));
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  await attach(disk);
  await done(run.detach(disk));
  await done(run.remove(disk));
});

test('an answer is complete when nobody reads standard error', async () => {
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  const wrapper = ['/bin/sh', '-c', 'exec "$@" 2>/dev/full', 'sh'];
  expect((await attach(disk, { wrapper })).device).toMatch(/^\/dev\//);
});
