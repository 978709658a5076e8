import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { healthOf, type Observed } from '#gluster/glusterd/health.ts';
import type { Peer } from '#gluster/glusterd/peers.ts';
import { gibibyte, type Well, well, without } from './observed.ts';

test('a volume that has all its copies is ok, and as large as its smallest brick', () => {
  expect(healthOf(well(3))).toEqual({
    state: 'ok',
    problems: [],
    online: 3,
    idle: 0,
    idleHealers: [],
    size: 8 * gibibyte,
    free: 3 * gibibyte,
  });
});

test('an arbiter has no data, and its size counts for nothing', () => {
  const { volume, ...rest } = well(3);
  const bricks = volume.bricks.map((brick, index) => ({ ...brick, arbiter: index === 2 }));
  const health = healthOf({ ...rest, volume: { ...volume, arbiters: 1, bricks } });
  expect(health).toMatchObject({ state: 'ok', size: 9 * gibibyte, free: 4 * gibibyte });
});

describe('quorum', () => {
  const quorum = (type: string, count = '2') => ({ 'cluster.quorum-type': type, 'cluster.quorum-count': count });
  test.each<readonly [string, Observed, string]>([
    ['one of three', without(well(3), 2), 'degraded'],
    ['two of three', without(well(3), 2, 3), 'down'],
    ['two of three where one is enough', without(well(3, quorum('fixed', '1')), 2, 3), 'degraded'],
    ['one of three where all are needed', without(well(3, quorum('fixed', '3')), 1), 'down'],
    ['one of two, without quorum', without(well(2), 1), 'degraded'],
    ['both of two', without(well(2), 1, 2), 'down'],
    ['the first of two', without(well(2, quorum('auto')), 1), 'down'],
    ['the second of two', without(well(2, quorum('auto')), 2), 'degraded'],
    ['two of four, the first among them', without(well(4, quorum('auto')), 1, 4), 'down'],
    ['two of four, but not the first', without(well(4, quorum('auto')), 3, 4), 'degraded'],
    ['the only one', without(well(1), 1), 'down'],
  ])('%s down', (_, observed, state) => {
    expect(healthOf(observed).state).toBe(state);
  });
});

describe('what is wrong', () => {
  const three = well(3);
  const peer = (change: Partial<Peer>) => three.peers.map((one) => (one.id === 'id2' ? { ...one, ...change } : one));
  test.each<readonly [string, Observed, string, RegExp]>([
    ['it is stopped', { ...three, status: undefined }, 'stopped', /gluster volume start v$/],
    ['nobody says how it is', { ...three, status: 'Locking failed' }, 'unknown', /^Locking failed$/],
    ['a brick is not listed', { ...three, status: { ...three.status, bricks: [] } }, 'down', /node1:\/b does not run/],
    [
      'a daemon is missing',
      { ...three, status: { ...three.status, healers: new Set(['id1', 'id3']) } },
      'degraded',
      /self-heal daemon of node2/,
    ],
    [
      'a daemon does not run for it where it has no brick',
      { ...three, status: { ...three.status, idleHealers: new Set(['id9']) } },
      'degraded',
      /self-heal daemon of id9/,
    ],
    [
      'a peer is away',
      { ...three, peers: peer({ connected: false }) },
      'degraded',
      /glusterd of node2 does not answer/,
    ],
    ['a peer is rejected', { ...three, peers: peer({ state: 'Peer Rejected' }) }, 'degraded', /"Peer Rejected"/],
    ['a brick of nobody', { ...three, peers: peer({ id: 'other' }) }, 'degraded', /no peer has the UUID id2/],
    [
      'an entry waits',
      { ...three, pending: { ...three.pending, entries: 1 } },
      'healing',
      /^1 entry waits to be healed/,
    ],
    ['nobody says what waits', { ...three, pending: 'refused' }, 'unknown', /^refused$/],
    [
      'one brick does not say',
      { ...three, pending: { entries: 0, counted: ['node1:/b', 'node2:/b'] } },
      'unknown',
      /^brick node3:\/b does not say/,
    ],
  ])('%s', (_, observed, state, problem) => {
    const health = healthOf(observed);
    expect(health.state).toBe(state);
    expect(health.problems.join('\n')).toMatch(problem);
  });

  test('a self-heal daemon that is switched off is told once', () => {
    const { volume, status, ...rest } = well(3, { 'cluster.self-heal-daemon': 'off' });
    const health = healthOf({ ...rest, volume, status: { ...status, healers: new Set() }, pending: 'disabled' });
    expect(health).toMatchObject({
      state: 'degraded',
      idle: 0,
      problems: [expect.stringMatching(/self-heal-daemon is off/)],
    });
  });

  test('of a brick whose glusterd is away nothing is known', () => {
    const { status, ...rest } = without(well(3), 2) as Well;
    const peers = three.peers.map((one) => (one.id === 'id2' ? { ...one, connected: false } : one));
    const health = healthOf({ ...rest, status: { ...status, healers: new Set(['id1', 'id3']) }, peers });
    expect(health).toMatchObject({ state: 'degraded', online: 2, problems: ['the glusterd of node2 does not answer'] });
  });

  test('two replica sets are told', () => {
    const { volume, ...rest } = well(4);
    const health = healthOf({ ...rest, volume: { ...volume, copies: 2 } });
    expect(health).toMatchObject({ state: 'ok', problems: [expect.stringMatching(/more than one replica set/)] });
  });
});

test('whatever is missing, only a volume with all bricks, daemons, peers and numbers is ok', () => {
  const some = fc.array(fc.boolean(), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(some, some, some, fc.nat({ max: 2 }), fc.boolean(), (running, healing, connected, entries, silent) => {
      const { volume, status, peers, pending } = well(3);
      const health = healthOf({
        volume,
        status: {
          bricks: status.bricks.map((brick, index) => ({ ...brick, online: running[index] ?? false })),
          healers: new Set([...status.healers].filter((_, index) => healing[index])),
          idleHealers: new Set<string>(),
        },
        pending: { entries, counted: silent ? [] : pending.counted },
        peers: peers.map((one, index) => ({ ...one, connected: connected[index] ?? false })),
      });
      // This node is no question to another one.
      const isWell = [...running, ...healing, ...connected.slice(1), !silent, entries === 0].every((one) => one);
      expect(health.state === 'ok').toBe(isWell);
      expect(health.problems.length === 0).toBe(isWell);
    }),
  );
});
