import { expect, test } from 'vitest';
import { expectRefusal } from '../support/expectations.ts';
import { shell } from '../support/lab.ts';
import { attach, done, run } from '../support/verbs.ts';
import { runDirectory, unmountAll, useGlusterLedger } from './support/storage.ts';

const ledger = useGlusterLedger();
const filler = `${runDirectory}/filler`;

/** Puts a file system of its own where the provider keeps what only this node needs. */
async function smallRunDirectory(options: string): Promise<void> {
  await unmountAll();
  ledger.later(async () => {
    await unmountAll();
    await shell('umount "$1"', runDirectory);
  });
  await shell('mkdir -p "$1"; mount -t tmpfs -o "$2" tmpfs "$1"', runDirectory, options);
}

/** Takes all that is free there, until the end of the test or until it is given back. */
async function fill(script: string): Promise<() => Promise<unknown>> {
  const giveBack = (): Promise<unknown> => shell('rm -rf "$1"', filler);
  ledger.later(giveBack);
  await shell(script, filler);
  return giveBack;
}

const allBlocks = 'dd if=/dev/zero of="$1" bs=4k 2>/dev/null || true; test "$(df --output=avail "$1" | tail -1)" -eq 0';
const allInodes = 'mkdir "$1"; n=0; while true 2>/dev/null >"$1/$n"; do n=$((n + 1)); done; test $n -gt 0';

test('without a block left in /run an image is given up all the same', async () => {
  await smallRunDirectory('size=256k');
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  await attach(disk);
  await done(run.open(disk));
  await fill(allBlocks);
  await done(run.close(disk));
  await done(run.detach(disk));
  await done(run.remove(disk));
});

test('an image that cannot be noted in /run is not attached, and /run is named, not the volume', async () => {
  await smallRunDirectory('size=256k');
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  const giveBack = await fill(allBlocks);
  const outcome = await run.attach(disk);
  expectRefusal(outcome, 8, /no space left on this node in \/run\/ganeti-gluster\/images/, /^hint: df .*\/images$/m);
  expect(outcome.said).not.toContain('on the volume');
  await giveBack();
  await attach(disk);
});

test('without an inode left in /run the lock cannot be taken, and /run is named, not the volume', async () => {
  await smallRunDirectory('size=1m,nr_inodes=64');
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  await attach(disk);
  const giveBack = await fill(allInodes);
  const outcome = await run.detach(disk);
  expectRefusal(outcome, 8, /no space left on this node in \/run\/ganeti-gluster\/lock/, /^hint: df .*\/lock$/m);
  expect(outcome.said).not.toContain('on the volume');
  await giveBack();
  await done(run.detach(disk));
});

test('nothing is said of a volume when only standard output is full', async () => {
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  await attach(disk);
  const wrapper = ['sh', '-c', 'exec "$@" >/dev/full', 'sh'];
  const outcome = await run.attach(disk, { wrapper });
  expect(outcome).toMatchObject({ exitCode: 8, stdout: '' });
  expect(outcome.said).not.toContain('volume');
});
