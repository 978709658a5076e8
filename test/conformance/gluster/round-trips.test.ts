import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { node, shell } from '../support/lab.ts';
import { done, run } from '../support/verbs.ts';
import { configure } from './support/faults.ts';
import { providerMount, unmountAll, useGlusterLedger } from './support/storage.ts';
import { volumes } from './support/volumes.ts';

const ledger = useGlusterLedger();
const page = readFileSync(new URL('../../../docs/speed.md', import.meta.url), 'utf8');

/** How many round trips each verb makes. */
type Counts = Readonly<Record<string, number>>;

/** The table of docs/speed.md. */
function documented(): Counts {
  const section = page.split(/^## /m).find((text) => text.startsWith('Round trips\n')) ?? '';
  const rows = [...section.matchAll(/^\| ([a-z][^|]*?) +\| +([0-9]+) \|/gm)];
  return Object.fromEntries(rows.map(([, verb = '', count]) => [verb, Number(count)]));
}

/** What the kernel asked the FUSE client since this was called last; what the kernel forgets is no question. */
async function countSinceLast(): Promise<number> {
  const script = `
    file=/var/run/gluster/tmp-round-trips.$2
    rm -f "$file"; setfattr -n trusted.io-stats-dump -v /tmp/round-trips "$1"
    sed -n '/Interval/,$p' "$file"; rm -f "$file"`;
  const said = await shell(script, providerMount(), volumes.main);
  const rows = [...said.matchAll(/^([A-Z]+) +([0-9]+) /gm)];
  const asked = rows.filter(([, kind = '']) => !['FORGET', 'RELEASE', 'RELEASEDIR', 'SETXATTR'].includes(kind));
  return asked.reduce((sum, [, , count]) => sum + Number(count), 0);
}

async function roundTrips(verb: () => Promise<unknown>): Promise<number> {
  await countSinceLast();
  await verb();
  return await countSinceLast();
}

beforeAll(async () => {
  await node().exec(['gluster', 'volume', 'profile', volumes.main, 'start']);
});

afterAll(async () => {
  await node().exec(['gluster', 'volume', 'profile', volumes.main, 'stop']);
});

/** The whole life of a disk, verb by verb. */
async function live(each: (name: string, verb: () => Promise<unknown>) => Promise<unknown>): Promise<void> {
  const disk = ledger.disk();
  await each('create', () => done(run.create(disk, 8)));
  await each('attach', () => done(run.attach(disk)));
  await each('open', () => done(run.open(disk)));
  await each('open, open already', () => done(run.open(disk)));
  await each('attach, open already', () => done(run.attach(disk)));
  await each('setinfo', () => done(run.setinfo(disk, 'originstname+inst1')));
  await each('grow', () => done(run.grow(disk, 8, 16)));
  await each('close', () => done(run.close(disk)));
  await done(run.open(disk));
  await each('detach', () => done(run.detach(disk)));
  await each('remove', () => done(run.remove(disk)));
}

/**
 * The kernel holds for a minute what it was told of a file or a directory, and not for ten milliseconds: so it makes no
 * difference how busy the machine is. Names are asked for at every step all the same.
 */
beforeEach(async () => {
  await configure(ledger, '[pool.default]\nmount_options = ["attribute-timeout=60"]\n');
  await unmountAll();
});

/** What each verb asks, in two lives: the first mounts the volume, and notes what later ones need not ask again. */
async function counted(): Promise<Counts> {
  await live((_, verb) => verb());
  const counts = new Map<string, number>();
  await live(async (name, verb) => counts.set(name, await roundTrips(verb)));
  return Object.fromEntries(counts);
}

test('every verb makes the round trips to the volume that docs/speed.md says', async () => {
  const counts = await counted();
  expect(counts.create).toBeGreaterThan(50);
  expect(counts).toEqual(documented());
});

test('no verb asks more because the volume has other images', async () => {
  for (let count = 0; count < 20; count += 1) await done(run.create(ledger.disk(), 8));
  expect(await counted()).toEqual(documented());
});
