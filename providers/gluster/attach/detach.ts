import { closeSync } from 'node:fs';
import { lookAround, usersWithoutDevice } from '#gluster/images/users.ts';
import { giveBackLease } from '#gluster/leases/store.ts';
import { lookHere } from '#gluster/node/attachments.ts';
import { detachDevice, requireIdle } from '#gluster/node/devices.ts';
import { withImageLock } from '#gluster/node/image-lock.ts';
import { forgetRecord, readRecord } from '#gluster/node/records.ts';
import { asFailure, Failure } from '#src/errors.ts';
import { isLocked } from '#src/lock.ts';
import { note } from '#src/reply.ts';
import { summarize } from '#src/tools/processes.ts';
import { waitFor } from '#src/wait.ts';
import { type HeldPlace, holdPlace, letGo, ownsLease, placesOf } from './places.ts';

/**
 * QEMU takes up to eleven seconds to let go of an image that it had by libgfapi, and more where others keep it busy.
 */
const libraryPatience = 30_000;

/**
 * Detaches an image from this node and gives back its lease: Ganeti shuts a disk down without closing it
 * (BlockdevShutdown of lib/backend.py, ExtStorageDevice.Shutdown of lib/storage/extstorage.py, 3.0.2 to 3.1.1). Throws
 * a Failure of kind busy, and changes nothing, while something uses the device, or while a guest has the image open
 * without it: the lease must outlive both. Needs neither the configuration nor a volume that answers: without one the
 * lease stays, until this node opens the image again or is known to be dead. Starts no process when nothing is mounted.
 */
export async function detachHere(name: string): Promise<void> {
  if (readRecord(name) === undefined && (await placesOf(await lookHere(name))).length === 0 && !isLocked(name)) return;
  await withImageLock(name, 'detach', async () => {
    const here = await lookHere(name);
    const places = await placesOf(here);
    const held = await Promise.all(places.map(holdPlace));
    try {
      const leased = held.map((place) => ownsLeaseAt(name, place));
      if ((await Promise.all(leased)).includes(true)) await requireNoLibraryUser(name);
      for (const { device } of here.attachments) await detachDevice(device);
      for (const place of held) await tryToGiveBack(name, place);
    } finally {
      for (const { descriptor } of held) if (descriptor !== undefined) closeSync(descriptor);
    }
    forgetRecord(name);
    await letGo(places);
  });
}

/** What detachHere would detach an image from; throws as it does, but does not wait, and changes nothing. */
export async function examineDetaching(name: string): Promise<readonly string[]> {
  const here = await lookHere(name);
  const devices = here.attachments.map(({ device }) => device);
  for (const device of devices) requireIdle(device);
  const places = await placesOf(here);
  const held = await Promise.all(places.map(holdPlace));
  try {
    const leased = await Promise.all(held.map((place) => ownsLeaseAt(name, place)));
    if (leased.includes(true)) requireNobody(name, usersWithoutDevice(name, await lookAround()));
  } finally {
    for (const { descriptor } of held) if (descriptor !== undefined) closeSync(descriptor);
  }
  await letGo(places);
  return devices;
}

async function ownsLeaseAt(name: string, { directory, descriptor }: HeldPlace): Promise<boolean> {
  return descriptor !== undefined && (await ownsLease(name, directory));
}

async function requireNoLibraryUser(name: string): Promise<void> {
  const users = await waitFor(
    async () => usersWithoutDevice(name, await lookAround()),
    (list) => list.length === 0,
    libraryPatience,
  );
  requireNobody(name, users);
}

function requireNobody(name: string, users: readonly string[]): void {
  if (users.length === 0) return;
  throw new Failure('busy', `image ${name} is in use by ${summarize(users)}, and stays open on this node`, {
    hint: 'shut its instance down: gnt-instance shutdown INSTANCE',
  });
}

async function tryToGiveBack(name: string, { directory, descriptor, lease }: HeldPlace): Promise<void> {
  const sentence = `warning: image ${name} stays leased to this node`;
  if (descriptor === undefined) {
    if (lease !== 'none') note(`${sentence}: its volume does not answer`);
    return;
  }
  try {
    await giveBackLease({ name, directory });
  } catch (error) {
    const failure = asFailure(error);
    if (failure === undefined) throw error;
    // Without quorum a volume answers only questions about its size.
    if (lease !== 'none' || failure.kind !== 'unavailable') note(`${sentence}: ${failure.message}`);
  }
}
