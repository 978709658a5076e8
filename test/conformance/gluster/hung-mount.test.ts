import { expect, test } from 'vitest';
import { hashOf, newPattern, write } from '../support/block-device.ts';
import { expectRefusal } from '../support/expectations.ts';
import { attach, attachedNew, done, newDisk, run } from '../support/verbs.ts';
import { configure, holdOpen, stopFuseClient } from './support/faults.ts';
import { gntGluster, useGlusterLedger } from './support/storage.ts';
import { volumes } from './support/volumes.ts';

const ledger = useGlusterLedger();
/** A volume that loses a brick stands still for its ping-timeout of 20 s, and is not hung. */
const timeLimit = 90_000;
/** Shorter than the 25 s for which a mount that hangs is asked, and long enough for a busy machine. */
const soon = 15_000;

test('a hung volume keeps nobody waiting for long, and other volumes work as ever', async () => {
  const { main, second, small } = volumes;
  await configure(ledger, `[pool.default]\nvolumes = ["${main}", "${second}", "${small}"]\n`);
  const on = (volume: string) => ledger.disk({ volume });
  const [used, unused, idle, elsewhere] = [on(main), on(main), on(second), on(small)];
  const pattern = newPattern(1);
  const device = await attachedNew(used, 8);
  // Attached and leased: then attach needs no volume.
  await done(run.open(used));
  await write(device, pattern);
  await holdOpen(ledger, device);
  for (const disk of [unused, elsewhere, idle]) await done(run.create(disk, 8));
  const held = await attachedNew(ledger.disk({ volume: small }), 8);
  await holdOpen(ledger, held);
  await done(run.setinfo(idle, 'mounted'));
  // One hangs under a disk in use, the other while nothing uses it.
  const resume = [await stopFuseClient(ledger, main), await stopFuseClient(ledger, second)];
  const answers = allOf([
    gntGluster(['mount', 'status'], timeLimit),
    run.create(newDisk({ volume: main }), 8, { timeLimit }),
    run.attach(unused, { timeLimit }),
    run.attach(used, { timeLimit: soon }),
    run.attach(elsewhere, { timeLimit: soon }),
    run.attach(idle, { timeLimit }),
  ]);
  await answers.catch(() => undefined);
  for (const wake of resume) await wake();
  const [status, created, attached, again, other, idleAttached] = await answers;
  expect(status).toMatchObject({
    exitCode: 1,
    json: [{ state: 'no answer', devices: [device] }, {}, { state: 'mounted' }],
  });
  for (const outcome of [created, attached]) expectRefusal(outcome, 7);
  expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`${device}\n`) });
  expect(other).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^\/dev\/loop/) });
  // It may be mounted anew, or not.
  expect([0, 7]).toContain(idleAttached.exitCode);
  for (const disk of [unused, idle]) await attach(disk);
  expect(await hashOf(device, 1, 0)).toBe(pattern.hash);
});

/** All results, or the first error once all have ended: what was stopped must not run on meanwhile. */
async function allOf<Results extends readonly Promise<unknown>[]>(
  promises: readonly [...Results],
): Promise<{ [Index in keyof Results]: Awaited<Results[Index]> }> {
  await Promise.allSettled(promises);
  return await Promise.all(promises);
}
