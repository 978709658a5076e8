import { rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { brickDirectory } from '../../lab/bricks.ts';
import { createVolume, createVolumeOnBricks } from '../../lab/gluster.ts';
import { node, shell } from '../support/lab.ts';
import { attach, attachedNew, type Disk, done, run } from '../support/verbs.ts';
import { configure } from './support/faults.ts';
import { gntGluster, runDirectory, unmountAll, useGlusterLedger } from './support/storage.ts';
import { volumes } from './support/volumes.ts';

const ledger = useGlusterLedger();
const { main, second } = volumes;

/** What makes use of every verb that lets go of a volume. */
async function wholeLife(disk: Disk): Promise<void> {
  await done(run.create(disk, 8));
  await done(run.attach(disk));
  await done(run.open(disk));
  await done(run.close(disk));
  await done(run.detach(disk));
  await done(run.remove(disk));
}

/** Which file systems are mounted for the provider: another number is another mount. */
async function mounted(): Promise<readonly string[]> {
  const script = 'awk \'$5 ~ "^/run/ganeti-gluster/mnt/" {print $5, $3}\' /proc/self/mountinfo';
  return (await shell(script)).split('\n').filter((line) => line !== '');
}

describe('a volume that was used', () => {
  test('stays mounted, and all verbs use that mount', async () => {
    await unmountAll();
    const before = Date.now();
    await wholeLife(ledger.disk());
    const first = await mounted();
    expect(first).toHaveLength(1);
    await wholeLife(ledger.disk());
    expect(await mounted()).toEqual(first);
    const { json } = await gntGluster(['mount', 'status']);
    const since = expect.toSatisfy((time: string) => Math.abs(Date.parse(time) - before) < 60_000);
    expect(json).toEqual([expect.objectContaining({ volume: main, state: 'mounted', since, users: [] })]);
  });

  test('does not stay mounted with keep_mounted = false', async () => {
    await unmountAll();
    await configure(ledger, '[pool.default]\nkeep_mounted = false\n');
    await wholeLife(ledger.disk());
    expect(await mounted()).toEqual([]);
  });

  test('is unmounted by the next verb once it has left the configuration, unless something uses it', async () => {
    await configure(ledger, `[pool.default]\nvolumes = ["${second}"]\n`);
    const used = ledger.disk();
    const device = await attachedNew(used, 8);
    await configure(ledger, `[pool.default]\nvolumes = ["${main}"]\n`);
    await wholeLife(ledger.disk());
    const { json } = await gntGluster(['mount', 'status']);
    expect(json).toMatchObject([
      { volume: main, state: 'mounted', configured: true },
      { volume: second, state: 'mounted', configured: false, devices: [device] },
    ]);
    await done(run.detach(used));
    expect((await gntGluster(['mount', 'status'])).json).toMatchObject([{ volume: main }]);
    await configure(ledger, `[pool.default]\nvolumes = ["${second}"]\n`);
    await done(run.remove(used));
  });

  test('is mounted anew when servers or mount options of its pool are others, unless something uses it', async () => {
    await unmountAll();
    const disk = ledger.disk();
    const device = await attachedNew(disk, 8);
    const first = await mounted();
    await configure(ledger, '[pool.default]\nmount_options = ["log-level=WARNING"]\n');
    const { said } = await done(run.setinfo(disk, 'a'));
    expect(said).toContain(
      `warning: volume ${main} is in use, and stays mounted as an earlier configuration wanted it`,
    );
    expect(await mounted()).toEqual(first);
    expect((await attach(disk)).device).toBe(device);
    await done(run.detach(disk));
    await done(run.setinfo(disk, 'b'));
    const options = await shell('tr "\\0" " " <"/proc/$(pgrep -f "^/usr/sbin/glusterfs .*mnt/default")/cmdline"');
    expect(options).toContain('log-level=WARNING');
  });

  test('is the volume that has its name now, also when the one before was deleted', async () => {
    const name = 'again';
    const remove = `gluster --mode=script volume stop ${name} force; gluster --mode=script volume delete ${name}`;
    ledger.later(async () => {
      await shell(`${remove}; umount /bricks/${name}; rm -f ${runDirectory}/volumes/*${name}`);
      rmSync(`${node().directory}/bricks/${name}.img`);
    });
    await configure(ledger, `[pool.default]\nservers = ["node1.lab"]\nvolumes = ["${name}"]\n`);
    await createVolume({ name, nodes: [node()], brickMebibytes: 300 });
    await wholeLife(ledger.disk());
    // The same bricks with nothing on them: a client of the old volume could take them for its own.
    await shell(`${remove} && rm -rf "$1" && mkdir -p "$1"`, brickDirectory(name));
    await createVolumeOnBricks({ name, nodes: [node()] });
    const disk = ledger.disk();
    await done(run.create(disk, 8));
    expect(await shell('ls "$1/images"', brickDirectory(name))).toContain(disk.name);
    await done(run.remove(disk));
  });
});

describe('gnt-gluster mount release', () => {
  test('unmounts a volume that nothing uses, and with --dry-run it says so', async () => {
    await wholeLife(ledger.disk());
    const there = await mounted();
    const dry = await gntGluster(['mount', 'release', main, '--dry-run']);
    expect(dry).toMatchObject({ exitCode: 0, json: { dryRun: true, mounts: [{ volume: main, released: true }] } });
    expect(await mounted()).toEqual(there);
    expect(await gntGluster(['mount', 'release', main])).toMatchObject({ exitCode: 0, json: { dryRun: false } });
    expect(await mounted()).toEqual([]);
    expect(await gntGluster(['mount', 'release', main])).toMatchObject({ exitCode: 0, json: { mounts: [] } });
  });

  test('names what uses it, and leaves it', async () => {
    const disk = ledger.disk();
    const device = await attachedNew(disk, 8);
    const there = await mounted();
    for (const options of [[], ['--dry-run']]) {
      const { exitCode, said } = await gntGluster(['mount', 'release', main, ...options]);
      expect({ exitCode, said }).toEqual({
        exitCode: 6,
        said: expect.stringContaining(`image ${disk.name} (${device})`),
      });
    }
    const all = await gntGluster(['mount', 'release', '--all']);
    expect(all).toMatchObject({ exitCode: 1, json: { mounts: [{ volume: main, released: false }] } });
    expect(await mounted()).toEqual(there);
  });

  test('takes one of a volume and --all, and only volumes that are known', async () => {
    for (const args of [[], [main, '--all']])
      expect(await gntGluster(['mount', 'release', ...args])).toMatchObject({ exitCode: 2 });
    const unknown = await gntGluster(['mount', 'release', 'gonati']);
    expect(unknown).toMatchObject({ exitCode: 3, said: expect.stringContaining(main) });
  });
});
