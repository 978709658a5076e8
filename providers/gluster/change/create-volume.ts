import { setTimeout as sleep } from 'node:timers/promises';
import { healthOf } from '#gluster/glusterd/health.ts';
import { observe } from '#gluster/glusterd/observe.ts';
import { change, effectiveOptions, setCommand } from '#gluster/glusterd/options.ts';
import { peers } from '#gluster/glusterd/peers.ts';
import { type Volume, volumeInfo } from '#gluster/glusterd/volumes.ts';
import { settingsOf } from '#gluster/pool/options.ts';
import { Failure } from '#src/errors.ts';
import type { Bytes } from '#src/units.ts';
import { membership, type PoolWish } from './pool-options.ts';

/** Between two looks, and for all bricks to run: milliseconds. */
const turn = 1000;
const patience = 120_000;

/** The largest sectors that need no page cache in the bricks: guests write pieces of this size. */
const smallSector: Bytes = 512;

/** The command that makes a volume; `bricks` are HOST:/PATH, all of them copies of one another. */
export function createCommand(name: string, bricks: readonly string[]): readonly string[] {
  const replica = bricks.length === 1 ? [] : ['replica', `${bricks.length}`];
  return ['volume', 'create', name, ...replica, ...bricks];
}

/** Makes a volume of a pool. Every brick of it runs when this returns. `sector`: the largest sector of its disks. */
export async function createVolume(
  name: string,
  bricks: readonly string[],
  pool: PoolWish,
  sector: Bytes,
): Promise<void> {
  await change(createCommand(name, bricks));
  await completeVolume(name, pool, sector);
}

/** Does what is left to do of a volume that was created: its options, its membership in the pool, its start. */
export async function completeVolume(name: string, pool: PoolWish, sector: Bytes): Promise<void> {
  const volume = await existing(name);
  const shape = { copies: volume.copies, peers: (await peers()).length };
  // It has no data yet: this is the moment for the options that must not change later.
  const settings = settingsOf(await effectiveOptions(name), shape).filter(
    ({ state }) => state === 'differs' || (state === 'fixed' && !volume.started),
  );
  const pageCache = sector > smallSector ? [{ option: 'network.remote-dio', wanted: 'enable' }] : [];
  const others = settings.filter(({ option }) => !pageCache.some((one) => one.option === option));
  const wanted = [...others, ...pageCache];
  if (wanted.length > 0) await change(setCommand(name, wanted));
  if (!volume.started) await change(['volume', 'start', name]);
  await untilWell(name);
  // Last: whoever finds it without this completes it.
  await change(setCommand(name, membership(pool)));
}

/** Sets the options of a volume that are not as images need them, and may be set. */
export async function applyOptions(name: string): Promise<void> {
  const shape = { copies: (await existing(name)).copies, peers: (await peers()).length };
  const settings = settingsOf(await effectiveOptions(name), shape).filter(({ state }) => state === 'differs');
  if (settings.length > 0) await change(setCommand(name, settings));
}

async function untilWell(name: string): Promise<void> {
  const end = performance.now() + patience;
  for (;;) {
    const { state, problems } = healthOf(await observe(await existing(name), await peers()));
    if (state === 'ok') return;
    if (performance.now() > end)
      throw new Failure('unavailable', `volume ${name} is ${state}`, { problems, hint: 'gnt-gluster pool status' });
    await sleep(turn);
  }
}

async function existing(name: string): Promise<Volume> {
  const volume = await volumeInfo(name);
  if (volume !== undefined) return volume;
  throw new Failure('failed', `gluster created volume ${name}, and does not know it`);
}
