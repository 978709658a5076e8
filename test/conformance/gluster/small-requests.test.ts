import { rmSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addBrick } from '../../lab/bricks.ts';
import { createVolume } from '../../lab/gluster.ts';
import { call } from '../support/caller.ts';
import { expectRefusal } from '../support/expectations.ts';
import { lines, node, shell } from '../support/lab.ts';
import { providerDirectory } from '../support/provider.ts';
import { attach, attachedNew, done, run } from '../support/verbs.ts';
import { configure } from './support/faults.ts';
import { gntGluster, runDirectory, useGlusterLedger } from './support/storage.ts';

const ledger = useGlusterLedger();
/** A volume whose brick lies on a device with sectors of 4096 bytes. */
const volume = 'four';
/** A client of the tests' own, so that the provider's goes with its last user as ever. */
const ownMount = '/srv/four';
const refusal = [/refuses requests of 512 bytes/, /hint: gluster volume set four network\.remote-dio enable/] as const;

beforeAll(async () => {
  await createVolume({ name: volume, nodes: [node()], brickMebibytes: 300, sectorSize: 4096 });
  await shell('mkdir -p "$1" && mount -t glusterfs node1.lab:/four "$1"', ownMount);
});

afterAll(async () => {
  await shell(
    `umount "$1"; gluster --mode=script volume stop four; gluster --mode=script volume delete four
     umount /bricks/four; rm -f ${runDirectory}/volumes/four ${runDirectory}/volumes/*@four`,
    ownMount,
  );
  rmSync(`${node().directory}/bricks/${volume}.img`);
});

beforeEach(async () => {
  await configure(ledger, `[pool.default]\nservers = ["node1.lab"]\nvolumes = ["${volume}"]\n`);
  await remoteDio('disable');
  await forget();
});

describe('on a volume that refuses the smallest requests of a guest', () => {
  test('create says so, and makes nothing', async () => {
    expectRefusal(await run.create(ledger.disk(), 8), 11, ...refusal);
    expect(
      await lines('find "$1"/* -mindepth 1 ! -name .work ! -path "*/.nodes*" 2>/dev/null || true', ownMount),
    ).toEqual([]);
  });

  test('attach says so, and leaves no device: no guest starts with a disk that fails', async () => {
    await remoteDio('enable');
    const disk = ledger.disk();
    await attachedNew(disk, 8);
    await done(run.detach(disk));
    await remoteDio('disable');
    // It does not rely on what it once found for ever.
    await shell(`touch -d '25 hours ago' ${runDirectory}/volumes/default@four`);
    expectRefusal(await run.attach(disk), 11, ...refusal);
    expect(await lines('grep -l "$1" /sys/block/loop*/loop/backing_file || true', disk.name)).toEqual([]);
  });

  test('verify and config check tell of it', async () => {
    expectRefusal(await call('verify', {}), 11, /storage: FAILED: volume four refuses requests of 512 bytes/);
    await remoteDio('enable');
    await attachedNew(ledger.disk(), 8);
    await remoteDio('disable');
    const { exitCode, json } = await gntGluster(['config', 'check']);
    expect({ exitCode, json }).toMatchObject({
      exitCode: 1,
      json: { volumes: [{ volume, problem: expect.stringMatching(refusal[0]) }] },
    });
  });
});

test('one brick among copies that refuses them is told of by the node that has it', async () => {
  const sectors = { even: 512, odd: 4096 } as const;
  ledger.later(async () => {
    await shell(
      `gluster --mode=script volume stop mixed; gluster --mode=script volume delete mixed
       umount /bricks/even /bricks/odd; rm -f ${runDirectory}/volumes/mixed ${runDirectory}/volumes/*@mixed`,
    );
    for (const name of Object.keys(sectors)) rmSync(`${node().directory}/bricks/${name}.img`);
  });
  for (const [name, size] of Object.entries(sectors)) await addBrick(node(), name, 300, size);
  await shell(
    `gluster --mode=script volume create mixed replica 2 node1.lab:/bricks/even/brick node1.lab:/bricks/odd/brick force
     gluster --mode=script volume start mixed`,
  );
  await configure(ledger, '[pool.default]\nservers = ["node1.lab"]\nvolumes = ["mixed"]\n');
  expectRefusal(
    await call('verify', {}),
    11,
    /storage: FAILED: volume mixed refuses/,
    /the device of \/bricks\/odd\/brick has/,
  );
  await shell('gluster --mode=script volume set mixed network.remote-dio enable');
  await done(call('verify', {}));
});

describe('when the bricks may use the page cache of their servers, as the hint says', () => {
  test.each([512, 4096])('a block device takes requests of %d bytes', async (bytes) => {
    await remoteDio('enable');
    const device = await attachedNew(ledger.disk(), 8);
    await shell(
      `head -c "$2" /dev/urandom >/tmp/request
       dd if=/tmp/request of="$1" bs="$2" seek=1 count=1 oflag=direct status=none
       dd if="$1" bs="$2" skip=1 count=1 iflag=direct status=none | cmp - /tmp/request; rm /tmp/request`,
      device,
      String(bytes),
    );
  });

  test('a good answer is remembered: the next image costs no more than before', async () => {
    await remoteDio('enable');
    // The mount stays with it: strace would wait for a FUSE client that a verb starts.
    await attachedNew(ledger.disk(), 8);
    await forget();
    expect(await probesOf('create')).toBe(1);
    expect(await probesOf('create')).toBe(0);
    // A volume of the same name that is another one is asked anew.
    await shell(`echo 1 >${runDirectory}/volumes/default@four`);
    expect(await probesOf('create')).toBe(1);
  });

  test('an image that is attached already is not asked about', async () => {
    await remoteDio('enable');
    const disk = ledger.disk();
    await attachedNew(disk, 8);
    await forget();
    await attach(disk);
    expect(await lines(`ls ${runDirectory}/volumes`)).not.toContain('default@four');
  });
});

/** Has the node forget what it found out before. */
async function forget(): Promise<void> {
  await shell(`rm -f ${runDirectory}/volumes/default@four`);
}

/** Whether the volume has its clients take O_DIRECT away from requests. */
async function remoteDio(choice: 'enable' | 'disable'): Promise<void> {
  await shell('gluster --mode=script volume set four network.remote-dio "$1"', choice);
  const wanted = choice === 'enable' ? 'ok' : 'refused';
  // Clients that run are told by glusterd, in a moment.
  await shell(
    `until [ "$(dd if=/dev/zero of="$1/probe" bs=512 count=1 oflag=direct 2>/dev/null && echo ok || echo refused)" = "$2" ]
     do sleep 0.1; done; rm "$1/probe"`,
    ownMount,
    wanted,
  );
}

/** How often a verb, which makes one image, asks the volume. */
async function probesOf(verb: 'create'): Promise<number> {
  const trace = '/tmp/probes';
  const wrapper = ['strace', '-f', '-qq', '-e', 'trace=openat', '-o', trace];
  await done(run[verb](ledger.disk(), 8, { wrapper }));
  const opened = await lines('cat "$1"; rm "$1"', trace);
  expect(opened.some((line) => line.includes(providerDirectory))).toBe(true);
  return opened.filter((line) => line.includes('.ganeti-gluster-probe')).length;
}
