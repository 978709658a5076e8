import { describe, expect, test } from 'vitest';
import { expectRefusal } from '../support/expectations.ts';
import { shell } from '../support/lab.ts';
import { attach, done, newDisk, run, snapshotOf } from '../support/verbs.ts';
import { configure, fuseClient } from './support/faults.ts';
import { everything, gntGluster, providerMount, unmountAll, useGlusterLedger } from './support/storage.ts';
import { mountRoot, volumes } from './support/volumes.ts';

const ledger = useGlusterLedger();
/** The first two are silent, the last refuses. */
const dead = ['10.99.0.99', '[fd99::99]:24007', 'node1.lab:1'];

function pool(settings: string): string {
  return `[pool.default]\n${settings}\n`;
}

describe('a configuration with errors', () => {
  const broken = `
default_pool = "gone"
colour = "blue"
[pool.default]
server = ["node1.lab"]
servers = ["localhost", "Node1.lab", "node1.lab:99999", "[::1]"]
volumes = ["ganeti", "ganeti", "a/b"]
directory = "../etc"
preallocation = "yes"
mount_options = ["log-file=/etc/passwd", "a b"]
`;
  const problems = [
    /gone/,
    /colour/,
    /"server".*servers/,
    /localhost/,
    /Node1\.lab/,
    /99999/,
    /::1/,
    /twice/,
    /a\/b/,
    /directory/,
    /preallocation/,
    /log-file/,
    /"a b"/,
  ];

  test('is refused by every verb that needs it, with all errors', async () => {
    await configure(ledger, broken);
    const disk = newDisk();
    for (const outcome of [
      await run.create(disk, 8),
      await run.attach(disk),
      await run.remove(disk),
      await run.grow(disk, 8, 9),
      await run.snapshot(disk, snapshotOf(disk), 8),
      await run.setinfo(disk, 'a'),
      await run.open(disk),
      await run.close(disk),
    ])
      expectRefusal(outcome, 3, ...problems);
    expect((await gntGluster(['config', 'check'])).exitCode).toBe(3);
  });

  test('does not keep an attached disk from being attached as it is, nor from being detached', async () => {
    const disk = newDisk();
    ledger.add(disk);
    await done(run.create(disk, 8));
    await attach(disk);
    await configure(ledger, broken);
    await done(run.detach(disk));
  });

  test.each(['[', 'a = ', '\0', 'x'.repeat(10_000), 'pool = 3', '', '[pool]', 'pool.default = []'])(
    'is refused as a whole: %.20j',
    async (toml) => {
      await configure(ledger, toml);
      expectRefusal(await run.create(newDisk(), 8), 3, /gluster\.toml/);
    },
  );
});

test('a pool that is out of reach keeps nobody from making and removing images in another one', async () => {
  const dead = '[pool.dead]\nservers = ["node1.lab:1"]\ndirectory = "images2"\n';
  await configure(ledger, `default_pool = "default"\n${pool('servers = ["node1.lab"]')}${dead}`);
  const disk = ledger.disk();
  expect((await done(run.create(disk, 8))).said).toMatch(/^warning: .*another pool .*no Gluster server of pool dead/m);
  await attach(disk);
  await done(run.detach(disk));
  await done(run.remove(disk));
  expect(await everything()).not.toContain(disk.name);
  // It may be in the other one.
  expectRefusal(await run.attach(disk), 7, /no Gluster server of pool dead answers/);
  await configure(ledger, pool('servers = ["node1.lab"]'));
});

describe('a pool of two volumes', () => {
  const two = pool(`servers = ["node1.lab"]\nvolumes = ["${volumes.small}", "${volumes.second}"]`);

  test('places a new image where most space is, and every verb finds it again', async () => {
    await configure(ledger, two);
    const disk = ledger.disk();
    const copy = ledger.add(snapshotOf(disk));
    await done(run.create(disk, 8));
    expect(await everything()).toContain(`/${volumes.second}/images/${disk.name}/disk `);
    await done(run.create(disk, 8));
    await done(run.setinfo(disk, 'a'));
    await attach(disk);
    await done(run.open(disk));
    await done(run.grow(disk, 8, 9));
    await done(run.snapshot(disk, copy, 9));
    await done(run.close(disk));
    await done(run.detach(disk));
    await done(run.remove(disk));
    expect(await everything()).not.toContain(`${disk.name}/`);
  });

  test('moves on to the other volume when that has more room', async () => {
    await configure(ledger, two);
    const filler = `${mountRoot}/${volumes.second}/filler`;
    ledger.later(() => shell('rm -f "$1"', filler));
    await shell(
      'fallocate -l $(($(df --output=avail -B1 "$2" | tail -n 1) - 100000000)) "$1"',
      filler,
      `${mountRoot}/${volumes.second}`,
    );
    const disk = ledger.disk();
    await done(run.create(disk, 8));
    expect(await everything()).toContain(`/${volumes.small}/images/${disk.name}/disk `);
    // And stays there when the other has more again.
    await shell('rm "$1"', filler);
    await done(run.create(disk, 8));
    expect((await attach(disk)).addresses[0]).toContain(`/${volumes.small}/`);
  });

  test('an image on both is not hidden by an unreachable volume', async () => {
    await configure(ledger, pool(`servers = ["node1.lab"]\nvolumes = ["gone", "${volumes.main}"]`));
    const disk = newDisk();
    expectRefusal(await run.attach(disk), 7, /gone/);
    expectRefusal(await run.remove(disk), 7, /gone/);
    expectRefusal(await run.create(disk, 8), 7, /gone/);
  });
});

describe('servers', () => {
  test('one that is dead is skipped, for the address and for the mount', async () => {
    await configure(ledger, pool(`servers = ["${dead.join('", "')}", "node1.lab"]`));
    const disk = ledger.disk();
    await done(run.create(disk, 8));
    const { addresses } = await attach(disk);
    expect(addresses).toEqual([`kvm:gluster://node1.lab:24007/ganeti/images/${disk.name}/disk`]);
    const source = await shell('findmnt --noheadings --output SOURCE "$1"', providerMount());
    expect(source.trim()).toMatch(/^node1\.lab:\/?\/?ganeti$/);
    // The others are there for when they come back.
    expect(await shell('tr "\\0" " " </proc/"$1"/cmdline', await fuseClient())).toContain('10.99.0.99');
  });

  test('one on another port is used', async () => {
    const forward = 'socat TCP-LISTEN:24100,fork,reuseaddr TCP:127.0.0.1:24007 >/dev/null 2>&1 & echo $!';
    const forwarder = (await shell(forward)).trim();
    ledger.later(() => shell('kill "$1"', forwarder));
    await configure(ledger, pool('servers = ["node1.lab:24100"]'));
    const disk = ledger.disk();
    await done(run.create(disk, 8));
    expect((await attach(disk)).addresses[0]).toContain('gluster://node1.lab:24100/');
    expect(await shell('tr "\\0" " " </proc/"$1"/cmdline', await fuseClient())).toContain(
      '--volfile-server-port=24100',
    );
  });

  test('all dead is told with each of them', async () => {
    await configure(ledger, pool(`servers = ["${dead.join('", "')}"]`));
    const outcome = await run.create(newDisk(), 8);
    expectRefusal(outcome, 7, /10\.99\.0\.99/, /\[fd99::99\]:24007/, /node1\.lab:1/);
    expect(outcome.seconds).toBeLessThan(10);
  });

  test('silent ones cost less than two seconds, in a call that mounts, attaches and names an address', async () => {
    await configure(ledger, pool('servers = ["node1.lab"]'));
    const disk = ledger.disk({ access: 'userspace' });
    await done(run.create(disk, 8));
    // The least of some: what others do on the machine only adds to it.
    const leastSeconds = async (): Promise<number> => {
      const taken: number[] = [];
      for (let call = 0; call < 4; call += 1) {
        await done(run.detach(disk));
        await unmountAll();
        taken.push((await done(run.attach(disk))).seconds);
      }
      return Math.min(...taken);
    };
    const usual = await leastSeconds();
    await configure(ledger, pool(`servers = ["${dead.join('", "')}", "node1.lab"]`));
    expect((await leastSeconds()) - usual).toBeLessThan(2);
  });

  test('an attached disk stays attached when no server answers any more', async () => {
    const disk = ledger.disk();
    await done(run.create(disk, 8));
    const { device } = await attach(disk);
    ledger.later(() =>
      shell('glusterd >/dev/null 2>&1; until gluster volume status ganeti >/dev/null; do sleep 0.1; done'),
    );
    // The bricks and the mount stay.
    await shell('pkill -KILL -x glusterd');
    expect((await attach(disk)).device).toBe(device);
    expectRefusal(await run.attach(newDisk()), 4);
  });

  test('without a configuration, a volume that is missing or stopped is told', async () => {
    await configure(ledger, pool('volumes = ["gone"]'));
    expectRefusal(await run.create(newDisk(), 8), 7, /gone/, /^hint: /m);
  });
});
