import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { expectRefusal } from '../support/expectations.ts';
import { shell } from '../support/lab.ts';
import { attachedNew, type Disk, done, run } from '../support/verbs.ts';
import { configure } from './support/faults.ts';
import { useGlusterLedger } from './support/storage.ts';

const ledger = useGlusterLedger();
const volume = 'copies';
const rounds = 8;

/** Waits until all bricks have the same. */
const healed = `
  until gluster volume heal "$1" info summary | grep -c '^Total Number of entries: 0' | grep -qx 3; do
    gluster volume heal "$1" >/dev/null || true
    sleep 1
  done`;

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

async function killTwoBricks(): Promise<void> {
  const [first, second] = await brickProcesses();
  await shell('kill -KILL "$1" "$2"', first ?? '', second ?? '');
}

/** Starts the bricks that do not run. */
async function startBricks(): Promise<void> {
  await shell('gluster --mode=script volume start "$1" force >/dev/null', volume);
  await shell(
    'until [ "$(pgrep -fc "glusterfsd .*--brick-name /bricks/ganeti/$1-")" = 3 ]; do sleep 0.1; done',
    volume,
  );
}

/** Opens a disk; the volume may need some seconds to answer. */
async function opensAgain(disk: Disk): Promise<void> {
  let outcome = await run.open(disk);
  for (let attempt = 0; attempt < 100 && outcome.exitCode === 7; attempt += 1) outcome = await run.open(disk);
  expect(outcome.exitCode, outcome.said).toBe(0);
}

/** What the bricks themselves have as leases of an image. */
async function leasesOnBricks(name: string): Promise<string> {
  return await shell('cd /bricks/ganeti; ls -1 "$1"-*/images/"$2"/lease', volume, name);
}

/** The same, brick by brick; of each the one name there is. */
async function namesOnBricks(name: string): Promise<readonly string[]> {
  const listings = (await leasesOnBricks(name)).split('\n\n');
  return listings.map((listing) => listing.trim().split('\n').slice(1).join('\n'));
}

test('without quorum nothing is changed, and with it all goes on', async () => {
  await makeVolume();
  await configure(ledger, `[pool.default]\nvolumes = ["${volume}"]\nservers = ["node1.lab"]\n`);
  const [open, closed] = [ledger.disk(), ledger.disk()];
  for (const disk of [open, closed]) await attachedNew(disk, 8);
  await done(run.open(open));
  const before = [await leasesOnBricks(open.name), await leasesOnBricks(closed.name)];

  await killTwoBricks();
  expectRefusal(await run.open(closed), 7, /the volume (does not answer|is read-only)/);
  expectRefusal(await run.open(open, false), 7);
  expectRefusal(await run.close(open), 7);
  expect([await leasesOnBricks(open.name), await leasesOnBricks(closed.name)]).toEqual(before);

  await startBricks();
  await opensAgain(closed);
  await done(run.open(open, false));
  await done(run.close(open));
  for (const disk of [open, closed]) {
    await done(run.detach(disk));
    await done(run.remove(disk));
  }
});

test('quorum that is lost while a lease is taken and given back corrupts no lease', async () => {
  await makeVolume();
  await configure(ledger, `[pool.default]\nvolumes = ["${volume}"]\nservers = ["node1.lab"]\n`);
  const disk = ledger.disk();
  await attachedNew(disk, 8);
  let over = false;
  const surprises: string[] = [];
  let changes = 0;
  const changing = async (): Promise<void> => {
    while (!over)
      for (const verb of [run.open, run.close]) {
        const { exitCode, said } = await verb(disk);
        if (exitCode === 0) changes += 1;
        else if (exitCode !== 7) surprises.push(`exit ${exitCode}: ${said}`);
      }
  };
  const running = changing();
  try {
    for (let round = 0; round < rounds; round += 1) {
      const before = changes;
      while (changes < before + 4) await sleep(20);
      // At another moment of a verb each time.
      await sleep(round * 15);
      await killTwoBricks();
      await sleep(300);
      await startBricks();
    }
  } finally {
    over = true;
    await running;
  }
  expect(surprises).toEqual([]);
  await opensAgain(disk);
  await shell(healed, volume);
  expect(await namesOnBricks(disk.name)).toEqual(
    Array(3).fill(expect.stringMatching(/^\d+,node1\.lab@exclusive@[^,\n]*$/)),
  );
  await done(run.close(disk));
  await shell(healed, volume);
  expect(await namesOnBricks(disk.name)).toEqual(Array(3).fill(expect.stringMatching(/^\d+$/)));
  await done(run.detach(disk));
  await done(run.remove(disk));
});
