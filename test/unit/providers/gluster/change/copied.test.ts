import { expect, test } from 'vitest';
import { copiedOf } from '#gluster/change/perform.ts';
import type { Observed } from '#gluster/glusterd/health.ts';

const brick = (peer: string) => ({ peer, host: peer, path: '/b', arbiter: false });
const volume = {
  name: 'v',
  id: 'id',
  started: true,
  copies: 2,
  arbiters: 0,
  bricks: ['one', 'two', 'new'].map(brick),
  options: new Map<string, string>(),
};
const move = { volume, from: brick('two'), to: brick('new'), copies: 2, run: 'run' };

function observed(...used: readonly (readonly [string, number | undefined])[]): Observed {
  const bricks = used.map(([peer, bytes]) => {
    const room = bytes === undefined ? {} : { size: 100, free: 100 - bytes };
    return { peer, path: '/b', online: true, port: undefined, ...room };
  });
  return {
    volume,
    status: { bricks, healers: new Set(), idleHealers: new Set() } as Observed['status'],
    pending: undefined,
    peers: [],
  };
}

test('what is copied is what the new brick has of what the old one has', () => {
  expect(copiedOf(move, observed(['one', 10], ['two', 80], ['new', 20]))).toEqual({ done: 20, all: 80 });
  expect(copiedOf(move, observed(['one', 10], ['two', 80], ['new', 90]))).toEqual({ done: 80, all: 80 });
  expect(copiedOf({ ...move, from: undefined }, observed(['one', 40], ['new', 20]))).toEqual({ done: 20, all: 40 });
});

test('nothing is told of what is not known', () => {
  expect(copiedOf(move, observed(['two', undefined], ['new', 20]))).toBeUndefined();
  expect(copiedOf(move, observed(['two', 0], ['new', 0]))).toBeUndefined();
  expect(copiedOf(move, { ...observed(), status: 'no answer' })).toBeUndefined();
});
