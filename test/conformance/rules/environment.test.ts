import { expect, test } from 'vitest';
import { call } from '../support/caller.ts';
import { shell } from '../support/lab.ts';
import { useLedger } from '../support/ledger.ts';
import { providerDirectory } from '../support/provider.ts';
import { attach, done, newDisk, run, snapshotOf } from '../support/verbs.ts';

const ledger = useLedger();

/** What a node daemon could have in its environment; every other test has nothing there at all. */
const pollution: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'an init script': {
    PATH: '/usr/local/sbin:/usr/sbin:/sbin',
    PWD: '/',
    HOME: '/',
    SHLVL: '1',
    TERM: 'linux',
    _: '/x',
  },
  'nothing that exists': { PATH: '/nowhere', HOME: '/nowhere', TMPDIR: '/nowhere', PWD: '/nowhere', SHELL: '/nowhere' },
  'another language': { LANG: 'de_DE.UTF-8', LANGUAGE: 'de', LC_MESSAGES: 'de_DE.UTF-8', LC_NUMERIC: 'de_DE.UTF-8' },
  'a colourful terminal': { TERM: 'xterm-256color', FORCE_COLOR: '1', CLICOLOR_FORCE: '1', COLUMNS: '10' },
  'options for Node': { NODE_OPTIONS: '--require=/nowhere.js', NODE_PATH: '/nowhere', NODE_ENV: 'test' },
  'more options for Node': { NODE_OPTIONS: '--inspect-brk=0 --no-such-option', NODE_DEBUG: '*', NODE_NO_WARNINGS: '0' },
  'debugging of tools': { LOOPDEV_DEBUG: 'all', LIBMOUNT_DEBUG: 'all', LIBSMARTCOLS_DEBUG: 'all' },
  'traps for shells': { ENV: '/nowhere', BASH_ENV: '/nowhere', IFS: 'e', CDPATH: '/tmp', POSIXLY_CORRECT: '1' },
  'traps for Python': { PYTHONPATH: '/nowhere', PYTHONHOME: '/nowhere', PYTHONSTARTUP: '/nowhere' },
  'another OpenSSL': { OPENSSL_CONF: '/nowhere', SSL_CERT_FILE: '/nowhere', NODE_EXTRA_CA_CERTS: '/nowhere' },
  'data for ICU': { NODE_ICU_DATA: '/nowhere' },
  'a notification socket': { NOTIFY_SOCKET: '/nowhere', LISTEN_FDS: '3', LISTEN_PID: '1', INVOCATION_ID: 'x' },
  'variables of other verbs': { VOL_SNAPSHOT_NAME: '/', VOL_METADATA: '\n', VOL_OPEN_EXCLUSIVE: 'x', VOLUME: 'x' },
};

test('a node daemon with anything in its environment gets the same answers', async () => {
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

test.each(['022', '077'] as const)('all verbs work with umask %s', async (umask) => {
  const disk = ledger.disk();
  const copy = ledger.add(snapshotOf(disk));
  await done(run.create(disk, 8, { umask }));
  await attach(disk, { umask });
  await done(run.open(disk, true, { umask }));
  await done(run.setinfo(disk, 'a', { umask }));
  await done(run.grow(disk, 8, 9, { umask }));
  await done(run.snapshot(disk, copy, 9, { umask }));
  await done(run.close(disk, { umask }));
  await done(run.detach(disk, { umask }));
  await done(run.remove(disk, { umask }));
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

test('a verb writes nothing into its directory', async () => {
  const before = await shell('ls -laR --time-style=full-iso "$1"', providerDirectory);
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  await attach(disk);
  expect(await shell('ls -laR --time-style=full-iso "$1"', providerDirectory)).toBe(before);
});

test('an older Ganeti that tells no UUID is served too', async () => {
  const { name } = ledger.disk();
  for (const [verb, values] of [
    ['create', { VOL_SIZE: '8' }],
    ['attach', {}],
    ['grow', { VOL_NEW_SIZE: '9' }],
    ['open', {}],
    ['close', {}],
    ['detach', {}],
    ['remove', {}],
  ] as const)
    await done(call(verb, { VOL_NAME: name, ...values }));
});

test('an answer is complete when nobody reads standard error', async () => {
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  const wrapper = ['/bin/sh', '-c', 'exec "$@" 2>/dev/full', 'sh'];
  expect((await attach(disk, { wrapper })).device).toMatch(/^\/dev\//);
});
