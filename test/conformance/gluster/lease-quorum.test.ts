import { expect, test } from 'vitest';
import { expectRefusal } from '../support/expectations.ts';
import { shell } from '../support/lab.ts';
import { attachedNew, done, run } from '../support/verbs.ts';
import { configure } from './support/faults.ts';
import { useGlusterLedger } from './support/storage.ts';

const ledger = useGlusterLedger();
const volume = 'copies';

/** A volume of three copies, all on this node, until the end of the test. */
async function makeVolume(): Promise<void> {
  const remove = `
    gluster --mode=script volume stop "$1" force >/dev/null || true
    gluster --mode=script volume delete "$1" >/dev/null
    rm -rf "/bricks/ganeti/$1"-*`;
  ledger.later(() => shell(remove, volume));
  const make = `
    bricks=$(for number in 1 2 3; do echo "node1.lab:/bricks/ganeti/$1-$number"; done)
    gluster --mode=script volume create "$1" replica 3 $bricks force >/dev/null
    gluster --mode=script volume set "$1" cluster.quorum-type auto >/dev/null
    gluster --mode=script volume start "$1" >/dev/null`;
  await shell(make, volume);
}

/** The process of each brick. */
async function brickProcesses(): Promise<readonly string[]> {
  return (await shell('pgrep -f "glusterfsd .*--brick-name /bricks/ganeti/$1-"', volume)).trim().split('\n');
}

/** What the bricks themselves have as leases of an image. */
async function leasesOnBricks(name: string): Promise<string> {
  return await shell('cd /bricks/ganeti; ls -1 "$1"-*/images/"$2"/lease', volume, name);
}

test('without quorum nothing is changed, and with it all goes on', async () => {
  await makeVolume();
  await configure(ledger, `[pool.default]\nvolumes = ["${volume}"]\nservers = ["node1.lab"]\n`);
  const [open, closed] = [ledger.disk(), ledger.disk()];
  for (const disk of [open, closed]) await attachedNew(disk, 8);
  await done(run.open(open));
  const before = [await leasesOnBricks(open.name), await leasesOnBricks(closed.name)];

  const [first, second] = await brickProcesses();
  await shell('kill -KILL "$1" "$2"', first ?? '', second ?? '');
  expectRefusal(await run.open(closed), 7, /the volume (does not answer|is read-only)/);
  expectRefusal(await run.open(open, false), 7);
  expectRefusal(await run.close(open), 7);
  expect([await leasesOnBricks(open.name), await leasesOnBricks(closed.name)]).toEqual(before);

  await shell('gluster --mode=script volume start "$1" force >/dev/null', volume);
  await shell(
    'until [ "$(pgrep -fc "glusterfsd .*--brick-name /bricks/ganeti/$1-")" = 3 ]; do sleep 0.1; done',
    volume,
  );
  let outcome = await run.open(closed);
  for (let attempt = 0; attempt < 100 && outcome.exitCode === 7; attempt += 1) outcome = await run.open(closed);
  expect(outcome.exitCode, outcome.said).toBe(0);
  await done(run.open(open, false));
  await done(run.close(open));
  for (const disk of [open, closed]) {
    await done(run.detach(disk));
    await done(run.remove(disk));
  }
});
