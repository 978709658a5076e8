import { expect, test } from 'vitest';
import { expectRefusal } from '../support/expectations.ts';
import { node, shell } from '../support/lab.ts';
import { attach, done, run } from '../support/verbs.ts';
import { fakeTool } from './support/faults.ts';
import { useGlusterLedger } from './support/storage.ts';
import { mountForTests, mountRoot, volumes } from './support/volumes.ts';

const ledger = useGlusterLedger();

/** Sets an option of the volume until the end of the test, and waits until a new client of it has it. */
async function withOption(option: string, value: string): Promise<void> {
  ledger.later(() => shell('gluster --mode=script volume reset "$1" "$2" >/dev/null', volumes.main, option));
  await shell('gluster --mode=script volume set "$1" "$2" "$3" >/dev/null', volumes.main, option, value);
}

test('on a volume that is read-only every verb says so, and where to look', async () => {
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  await withOption('features.read-only', 'on');
  const created = await run.create({ ...disk, name: `${disk.name}.new` }, 8);
  for (const outcome of [created, await run.open(disk), await run.setinfo(disk, 'x')])
    expectRefusal(outcome, 7, /read-only/, /^hint: gluster volume get ganeti features\.read-only/m);
  expectRefusal(await run.attach(disk), undefined, /read-only|can only be read/);
});

test('where root is nobody the option is named', async () => {
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  await withOption('server.root-squash', 'on');
  for (const outcome of [await run.attach(disk), await run.open(disk)])
    expectRefusal(outcome, 9, /^hint: gluster volume get ganeti server\.root-squash/m);
});

test('that lets this node not in says which options do', async () => {
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  // A client that is refused when it connects again, as all do after a change of this option, unmounts and ends.
  ledger.later(() => mountForTests(node(), volumes.main));
  await shell('umount "$1"', `${mountRoot}/${volumes.main}`);
  await withOption('auth.reject', '*');
  expectRefusal(await run.attach(disk), 7, /^hint: .*auth\.allow and auth\.reject/m);
});

test('whose brick does not run says so', async () => {
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  ledger.later(() =>
    shell(
      'gluster volume start "$1" force >/dev/null; until stat "$2" >/dev/null 2>&1; do sleep 0.2; done',
      volumes.main,
      '/srv/conformance/ganeti',
    ),
  );
  await shell('pkill -KILL -f "[g]lusterfsd.*$1"', `${volumes.main}.node1`);
  expectRefusal(await run.attach(disk), 7, /^hint: a brick does not run: gluster volume status ganeti/m);
});

test('without a free loop device attach says how many there can be', async () => {
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  await fakeTool(ledger, 'losetup', 'echo "losetup: cannot find an unused loop device: No such device" >&2; exit 1');
  expectRefusal(await run.attach(disk), 10, /no free loop device/, /^hint: .*max_loop/m);
  await shell('rm -f /usr/local/sbin/losetup');
});

test('grow says when Ganeti believes in another size, and only then', async () => {
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  expect((await done(run.grow(disk, 8, 9))).said).toBe('');
  expect((await done(run.grow(disk, 8, 9))).said).toBe('');
  expect((await done(run.grow(disk, 64, 72))).said).toMatch(
    /warning: Ganeti believes that image .* has 64 MiB, but it has 9 MiB: gnt-cluster repair-disk-sizes/,
  );
  expect((await attach(disk)).device).toMatch(/^\/dev\/loop/);
});
