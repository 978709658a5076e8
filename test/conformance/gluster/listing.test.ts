import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { node, shell } from '../support/lab.ts';
import { providerDirectory } from '../support/provider.ts';
import { attachedNew, done, run } from '../support/verbs.ts';
import { configure } from './support/faults.ts';
import { ganetiWithDisk } from './support/ganeti.ts';
import { gntGluster, useGlusterLedger } from './support/storage.ts';
import { mountRoot, volumes } from './support/volumes.ts';

const ledger = useGlusterLedger();

/** How often a command looks through all processes, all block devices and all that nodes told of themselves. */
async function looks(command: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const trace = `/tmp/looks-${randomUUID()}`;
  ledger.later(() => shell('rm -f "$1"', trace));
  const strace = ['/usr/bin/strace', '-f', '-qq', '-e', 'trace=openat', '-o', trace];
  await node().exec([...strace, `${providerDirectory}/gnt-gluster`, ...command], { timeLimit: 60_000, reject: false });
  const text = await shell(
    'grep -oE \'"(/proc|/sys/block|[^"]*/images/\\.nodes)", [^,]*O_DIRECTORY\' "$1" || true',
    trace,
  );
  const places = text.split('\n').map((line) => line.split('"')[1]?.split('/').at(-1));
  return Object.fromEntries(
    ['proc', 'block', '.nodes'].map((name) => [name, places.filter((one) => one === name).length]),
  );
}

test.each([[['image', 'list']], [['lease', 'list']]])(
  'gnt-gluster %j looks at this node and at the others once, however many images there are',
  async (command) => {
    const disks = ledger.disks(6);
    const make = async (some: typeof disks): Promise<void> => {
      for (const disk of some) {
        await done(run.create(disk, 8));
        await done(run.attach(disk));
        await done(run.open(disk));
      }
    };
    await make(disks.slice(0, 1));
    const one = await looks(command);
    expect(one['.nodes']).toBeGreaterThan(0);
    if (command[0] === 'image') expect(one.proc).toBe(1);
    await make(disks.slice(1));
    const several = await looks(command);
    expect({ ...several, block: 0 }).toEqual({ ...one, block: 0 });
  },
);

test('gnt-gluster image orphans looks at this node as often for several orphans as for one', async () => {
  await ganetiWithDisk(ledger, 'another-uuid', 'another.ext.disk0');
  const disks = ledger.disks(4);
  const counted: Readonly<Record<string, number>>[] = [];
  for (const some of [disks.slice(0, 1), disks.slice(1)]) {
    for (const disk of some) await done(run.create(disk, 8));
    counted.push(await looks(['image', 'orphans']));
  }
  expect(counted[0]?.proc).toBeGreaterThan(0);
  expect(counted[1]).toEqual(counted[0]);
  const { json } = await gntGluster(['image', 'orphans']);
  expect(json).toMatchObject({ orphans: disks.map(() => ({ state: 'too young' })) });
});

test('gnt-gluster mount status looks at all processes once, however many volumes are mounted', async () => {
  await configure(ledger, `[pool.default]\nvolumes = ["${volumes.main}", "${volumes.small}"]\n`);
  for (const volume of [volumes.main, volumes.small]) await attachedNew(ledger.disk({ volume }), 8);
  expect(await looks(['mount', 'status'])).toMatchObject({ proc: 1 });
  const { json } = await gntGluster(['mount', 'status']);
  const mount = { state: 'mounted', devices: [expect.stringContaining('/dev/loop')], stale: [] };
  expect(json).toMatchObject([
    { volume: volumes.main, ...mount },
    { volume: volumes.small, ...mount },
  ]);
});

/** What a list prints. */
async function printed(...args: readonly string[]): Promise<string> {
  return (await node().exec([`${providerDirectory}/gnt-gluster`, ...args], { timeLimit: 60_000 })).stdout;
}

test('every list shows the fields that are asked for, as the lists of Ganeti do', async () => {
  await configure(ledger, `[pool.default]\nvolumes = ["${volumes.main}"]\ntrash = "1h"\n`);
  ledger.later(() => shell('rm -rf "$1"/*/images/.trash', mountRoot));
  const [disk, gone] = ledger.disks(2);
  if (disk === undefined || gone === undefined) throw new Error('there are no disks');
  await done(run.create(gone, 8));
  await done(run.remove(gone));
  const device = await attachedNew(disk, 1536);
  await done(run.open(disk));
  const script = ['--no-headers', '--separator=|'];

  expect(await printed('image', 'list', ...script, '-o', 'name,size,uuid')).toBe(`${disk.name}|1536|${disk.uuid}\n`);
  expect(await printed('image', 'list', ...script, '--output=size,clone_of', '--units=g')).toBe('1.5|-\n');
  expect(await printed('image', 'list', '-o', 'size', '--units', 'm')).toBe('Size\n1536\n');
  expect(await printed('image', 'list', '-o', 'size')).toBe('Size\n1.5 GiB\n');
  const usual = [disk.name, 'default/ganeti', '1536', '0', device, 'node1.lab', '-'].join('|');
  expect(await printed('image', 'list', ...script)).toBe(`${usual}\n`);
  expect(await printed('image', 'list', ...script, '-o', '+volume,stale')).toBe(`${usual}|ganeti|N\n`);
  expect(await printed('image', 'list', '--separator=|')).toBe(
    `Image|Pool/volume|Size|Allocated|Attached here|Leased to|Info\n${usual}\n`,
  );

  expect(await printed('lease', 'list', ...script, '-o', 'node,image,mode,state')).toBe(
    `node1.lab|${disk.name}|exclusive|this node\n`,
  );
  expect(await printed('trash', 'list', ...script, '-o', 'name,node,reason,size')).toBe(
    `${gone.name}|node1.lab|removed|8\n`,
  );
  const point = '/run/ganeti-gluster/mnt/default/ganeti';
  expect(await printed('mount', 'status', ...script, '-o', 'volume,state,point,devices')).toBe(
    `ganeti|mounted|${point}|${device}\n`,
  );
  expect(await printed('mount', 'status', ...script, '-o', 'free')).toMatch(/^[0-9]+\n$/);

  const [image] = (await gntGluster(['image', 'list', '-o', 'name', '--separator=|'])).json as readonly object[];
  const keys =
    'name pool volume path size allocated uuid disk info preallocation created createdBy snapshotOf cloneOf device stale leases users damage';
  expect(Object.keys(image ?? {})).toEqual(keys.split(' '));
  const [lease] = (await gntGluster(['lease', 'list'])).json as readonly object[];
  expect(Object.keys(lease ?? {}).join(' ')).toBe('image pool volume node mode since boot machine state remark');
  const [trashed] = (await gntGluster(['trash', 'list'])).json as readonly object[];
  expect(Object.keys(trashed ?? {}).join(' ')).toBe('name pool volume path size allocated reason when node purged');
  const [mount] = (await gntGluster(['mount', 'status'])).json as readonly object[];
  expect(Object.keys(mount ?? {}).join(' ')).toBe(
    'pool volume state point server since configured free devices stale users',
  );
});

test('a list of nothing is told to a person, and empty for a script', async () => {
  expect(await printed('image', 'list')).toBe('no images\n');
  expect(await printed('image', 'list', '--no-headers')).toBe('');
  expect(await printed('trash', 'list')).toBe('the trash is empty\n');
  expect(await printed('trash', 'list', '--separator=:', '-o', 'name,node')).toBe('Image:By\n');
  expect(await printed('lease', 'list', '--no-headers')).toBe('');
});
