import { describe, expect, test } from 'vitest';
import { shell } from '../support/lab.ts';
import { attach, attachedNew, type Disk, done, identity, run } from '../support/verbs.ts';
import { killAt } from './support/interruptions.ts';
import { type OtherNode, otherNode } from './support/other-nodes.ts';
import { imagesDirectory, leasesOf, useGlusterLedger } from './support/storage.ts';

const ledger = useGlusterLedger();
const here = { name: 'node1.lab', wrapper: [] as readonly string[] };
const rounds = 8;

/** This node and others, each with a client of the volume that stays mounted. */
async function nodes(count: number): Promise<readonly Pick<OtherNode, 'name' | 'wrapper'>[]> {
  const anchor = ledger.disk();
  await attachedNew(anchor, 8);
  const others: OtherNode[] = [];
  for (let number = 2; number <= count; number += 1) {
    const other = await otherNode(ledger, `node${number}.lab`);
    await attach(anchor, other);
    ledger.later(() => done(run.detach(anchor, other)));
    others.push(other);
  }
  return [here, ...others];
}

/** Gives an image leases as if other nodes had taken them. */
async function pretend({ name }: Disk, ...leases: readonly string[]): Promise<void> {
  const state = ['1000', ...leases.map((lease) => `${lease}@2026-01-01T10:00:00Z@0a`)].join(',');
  await shell('cd "$1/lease"; mv * "$2"', `${imagesDirectory()}/${name}`, state);
}

/** Makes a node known as one that was restarted after it took the leases of `pretend`. */
async function pretendRestarted(...names: readonly string[]): Promise<void> {
  for (const name of names) await shell('touch "$1/.nodes/$2@0b"', imagesDirectory(), name);
}

describe('ten opens at once, of five nodes', () => {
  test('exclusively: one node wins, the others are told which', { timeout: 10 * 60_000 }, async () => {
    const five = await nodes(5);
    const disk = ledger.disk();
    await attachedNew(disk, 8);
    for (let round = 0; round < rounds; round += 1) {
      // Every second time there is a lease to be broken first, which each of them tries.
      if (round % 2 === 1) {
        await pretend(disk, 'dead.lab@exclusive');
        await pretendRestarted('dead.lab');
      }
      const outcomes = await Promise.all([...five, ...five].map((node) => run.open(disk, true, node)));
      const winners = five.filter((_, index) => outcomes[index]?.exitCode === 0);
      expect(winners, outcomes.map(({ said }) => said).join('')).toHaveLength(1);
      const winner = winners[0]?.name ?? '';
      expect(await leasesOf(disk)).toEqual([`${winner} exclusive`]);
      const broken = outcomes.filter(({ said }) => said.includes('is broken'));
      expect(broken).toHaveLength(round % 2);
      for (const [index, { exitCode, said }] of outcomes.entries()) {
        const won = five[index % five.length]?.name === winner;
        expect(exitCode, said).toBe(won ? 0 : 6);
        if (!won) expect(said).toContain(`leased to ${winner} (exclusive`);
      }
      await Promise.all(five.map((node) => done(run.close(disk, node))));
      expect(await leasesOf(disk)).toEqual([]);
    }
  });

  test('shared: two nodes get it', { timeout: 10 * 60_000 }, async () => {
    const five = await nodes(5);
    const disk = ledger.disk();
    await attachedNew(disk, 8);
    for (let round = 0; round < rounds / 2; round += 1) {
      const outcomes = await Promise.all([...five, ...five].map((node) => run.open(disk, false, node)));
      const winners = five.filter((_, index) => outcomes[index]?.exitCode === 0).map(({ name }) => `${name} shared`);
      expect(winners).toHaveLength(2);
      expect(await leasesOf(disk)).toEqual(winners.sort());
      await Promise.all(five.map((node) => done(run.close(disk, node))));
    }
  });

  test('while others close: every open succeeds or is refused, and no lease is lost', {
    timeout: 10 * 60_000,
  }, async () => {
    const five = await nodes(5);
    const disk = ledger.disk();
    await attachedNew(disk, 8);
    for (let round = 0; round < rounds / 2; round += 1) {
      const outcomes = await Promise.all(
        [...five, ...five].map((node, index) => (index % 2 === 0 ? run.open(disk, true, node) : run.close(disk, node))),
      );
      for (const { exitCode, said } of outcomes) expect([0, 6], said).toContain(exitCode);
      expect((await leasesOf(disk)).length).toBeLessThanOrEqual(1);
      await Promise.all(five.map((node) => done(run.close(disk, node))));
    }
  });
});

describe('killed at any step', () => {
  /** The system calls by which a lease changes, or is looked at. */
  const steps = ['rename', 'mkdir', 'getdents64'];

  test('an open and a close are completed by the next call, and another node waits or gets the image', {
    timeout: 10 * 60_000,
  }, async () => {
    const [, there] = await nodes(2);
    if (there === undefined) throw new Error('there is no other node');
    let killed = 0;
    for (const [verb, prepare] of [
      ['open', run.close],
      ['close', run.open],
    ] as const)
      for (const step of steps)
        for (const count of [1, 2, 3]) {
          const disk = ledger.disk();
          await attachedNew(disk, 8);
          await done(prepare(disk));
          if (!(await killAt(step, count, verb, { ...identity(disk), VOL_OPEN_EXCLUSIVE: 'True' }))) break;
          killed += 1;
          const before = await leasesOf(disk);
          const { exitCode } = await run.open(disk, true, there);
          expect(exitCode, `${verb} ${step} ${count}`).toBe(before.length === 0 ? 0 : 6);
          await done(run.close(disk, there));
          await done(run.open(disk));
          expect(await leasesOf(disk)).toEqual(['node1.lab exclusive']);
          await done(run.close(disk));
          expect(await leasesOf(disk)).toEqual([]);
          await done(run.detach(disk));
        }
    expect(killed).toBeGreaterThan(4);
  });
});
