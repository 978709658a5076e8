import { beforeEach, describe, expect, test } from 'vitest';
import { expectRefusal } from '../support/expectations.ts';
import { shell } from '../support/lab.ts';
import { attach, attachedNew, done, newDisk, run, snapshotOf } from '../support/verbs.ts';
import { fakeTool, replaceProgram } from './support/faults.ts';
import { everything, unmountAll, useGlusterLedger } from './support/storage.ts';

const ledger = useGlusterLedger();

describe('qemu-img', () => {
  test.each([
    ['qemu-img: /x: Could not resize file: No space left on device', 8],
    ['qemu-img: error while writing sector 1: Disk quota exceeded', 8],
    ['qemu-img: Unknown driver', 10],
  ])('that says %j makes create exit with %i and leaves nothing', async (sentence, exitCode) => {
    const disk = ledger.disk({ preallocation: 'full' });
    await fakeTool(ledger, 'qemu-img', `echo "${sentence}" >&2; exit 1`);
    expectRefusal(await run.create(disk, 8), exitCode, new RegExp(sentence.slice(0, 40)));
    expect(await everything()).not.toContain(disk.name);
  });

  test('that does nothing and says nothing is found out', async () => {
    const disk = ledger.disk({ preallocation: 'falloc' });
    await fakeTool(ledger, 'qemu-img', 'exit 0');
    expectRefusal(await run.create(disk, 8), 10, /the new image has 0 bytes instead of 8388608/);
    await shell('rm /usr/local/sbin/qemu-img');
    await done(run.create(disk, 8));
  });

  test('that fails in the middle of a copy leaves no snapshot', async () => {
    const disk = ledger.disk();
    const copy = ledger.add(snapshotOf(disk));
    await done(run.create(disk, 8));
    await fakeTool(ledger, 'qemu-img', 'echo "qemu-img: error while writing: No space left on device" >&2; exit 1');
    expectRefusal(await run.snapshot(disk, copy, 8), 8);
    expect(await everything()).not.toContain(copy.name);
  });

  test('that is missing is named with the package it is in', async () => {
    const disk = ledger.disk({ preallocation: 'full' });
    await replaceProgram(ledger, '/usr/bin/qemu-img');
    expectRefusal(await run.create(disk, 8), 9, /qemu-img/, /^hint: apt-get install qemu-utils$/m);
    expect(await everything()).not.toContain(disk.name);
  });
});

describe('losetup', () => {
  /** It works, but for one thing. */
  const except = (pattern: string, instead: string): string =>
    `case "$*" in *${pattern}*) ${instead} ;; *) exec /usr/sbin/losetup "$@" ;; esac`;

  test.each([
    ['does nothing', 'exit 0', /losetup did not attach .*\/disk and says ""$/m],
    [
      'names a device that is not there',
      'echo /dev/loop999999',
      /losetup did not attach .* says "\/dev\/loop999999"$/m,
    ],
    [
      'fails',
      'echo "losetup: cannot find an unused loop device" >&2; exit 1',
      /^attach: this node has no free loop device$/m,
    ],
    ['prints nonsense', 'echo nonsense; echo more', /losetup did not attach .* says "nonsense\\nmore"$/m],
  ])('that %s instead of attaching is found out, and nothing is left', async (_, instead, reason) => {
    const disk = ledger.disk();
    await done(run.create(disk, 8));
    await fakeTool(ledger, 'losetup', except('--show', instead));
    expectRefusal(await run.attach(disk), 10, reason);
    await shell('rm /usr/local/sbin/losetup');
    await attach(disk);
  });

  test('that cannot have the device it is told takes one it finds, and never /dev/loop0', async () => {
    const disk = ledger.disk();
    await done(run.create(disk, 8));
    await fakeTool(ledger, 'losetup', except('512?/dev/loop', 'echo taken >&2; exit 1'));
    expect((await attach(disk)).device).toMatch(/^\/dev\/loop[1-9][0-9]*$/);
    const devices = await shell('cat /sys/block/loop*/loop/backing_file | grep -c "$1"', disk.name);
    expect(devices).toBe('1\n');
  });

  test('that does not detach makes detach fail, and the next one works', async () => {
    const disk = ledger.disk();
    const device = await attachedNew(disk, 8);
    await fakeTool(ledger, 'losetup', except('--detach', 'exit 1'));
    expectRefusal(await run.detach(disk), undefined, new RegExp(device));
    await shell('rm /usr/local/sbin/losetup');
    await done(run.detach(disk));
  });

  test('that does not refresh makes grow fail', async () => {
    const disk = ledger.disk();
    const device = await attachedNew(disk, 8);
    await fakeTool(ledger, 'losetup', except('--set-capacity', 'exit 0'));
    expectRefusal(await run.grow(disk, 8, 16), undefined, new RegExp(device));
  });
});

describe('mount.glusterfs', () => {
  beforeEach(unmountAll);

  test('that mounts nothing and says that it did is found out', async () => {
    const disk = ledger.disk();
    await replaceProgram(ledger, '/usr/sbin/mount.glusterfs', 'exit 0');
    expectRefusal(await run.create(disk, 8), 7, /could not be mounted/, /^hint: /m);
    expect(await everything()).not.toContain(disk.name);
  });

  test('that is missing is named with the package it is in', async () => {
    await replaceProgram(ledger, '/usr/sbin/mount.glusterfs');
    expectRefusal(await run.create(newDisk(), 8), 9, /mount\.glusterfs/, /^hint: apt-get install glusterfs-client$/m);
  });
});

describe('gluster', () => {
  beforeEach(unmountAll);

  const garbage = {
    'nothing at all': 'exit 0',
    'a plain sentence': 'echo "Connection failed. Please check if gluster daemon is operational."; exit 1',
    'half of its XML': `echo '<?xml version="1.0"?><cliOutput><opRet>0</opRet><volInfo>'`,
    'an error in XML': `echo '<?xml version="1.0"?><cliOutput><opRet>-1</opRet><opErrno>30802</opErrno><opErrstr>Another transaction is in progress</opErrstr></cliOutput>'`,
    'no volume': `echo '<?xml version="1.0"?><cliOutput><opRet>0</opRet><opErrno>0</opErrno><volInfo><volumes><count>0</count></volumes></volInfo></cliOutput>'`,
    'output without end': 'exec yes',
    'binary data': 'head -c 100000 /dev/urandom',
  };

  test.each(Object.entries(garbage))('that prints %s is a clear failure', async (_, script) => {
    await shell('rm -rf /run/ganeti-gluster/volumes');
    await fakeTool(ledger, 'gluster', script);
    expectRefusal(await run.create(newDisk(), 8), undefined, /gluster/);
  });

  test('that fails is not needed where the servers of the volume are remembered', async () => {
    const disk = ledger.disk();
    await done(run.create(disk, 8));
    await unmountAll();
    await fakeTool(
      ledger,
      'gluster',
      'echo "Connection failed. Please check if gluster daemon is operational."; exit 1',
    );
    expect((await attach(disk)).device).toMatch(/^\/dev\/loop/);
  });

  test('that hangs keeps nobody waiting for long', async () => {
    await shell('rm -rf /run/ganeti-gluster/volumes');
    await fakeTool(ledger, 'gluster', 'exec sleep 100');
    const timeLimit = 30_000;
    const outcomes = await Promise.all([run.create(newDisk(), 8, { timeLimit }), run.attach(newDisk(), { timeLimit })]);
    for (const outcome of outcomes) expectRefusal(outcome, 7, /glusterd/);
  });

  test('that is missing is named with the package it is in', async () => {
    await shell('rm -rf /run/ganeti-gluster/volumes');
    await replaceProgram(ledger, '/usr/sbin/gluster');
    expectRefusal(await run.create(newDisk(), 8), 9, /gluster/, /^hint: apt-get install glusterfs-server$/m);
  });
});
