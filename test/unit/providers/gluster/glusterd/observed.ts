import type { Observed } from '#gluster/glusterd/health.ts';
import type { Peer } from '#gluster/glusterd/peers.ts';
import { nameOf, type Volume } from '#gluster/glusterd/volumes.ts';

export const gibibyte = 1024 ** 3;

/** A volume of some copies on nodes of its own, all well; the last brick is the smallest. */
export function well(copies: number, options: Readonly<Record<string, string>> = {}) {
  const ids = Array.from({ length: copies }, (_, index) => `id${index + 1}`);
  const volume: Volume = {
    name: 'v',
    id: 'x',
    started: true,
    copies,
    arbiters: 0,
    bricks: ids.map((peer, index) => ({ host: `node${index + 1}`, path: '/b', peer, arbiter: false })),
    options: new Map(Object.entries(options)),
  };
  const bricks = ids.map((peer, index) => ({
    peer,
    path: '/b',
    online: true,
    size: (10 - index) * gibibyte,
    free: (5 - index) * gibibyte,
  }));
  const peers: readonly Peer[] = ids.map((id, index) => ({
    id,
    hosts: [index === 0 ? 'localhost' : `node${index + 1}`],
    connected: true,
    state: 'Peer in Cluster',
    isHere: index === 0,
  }));
  return {
    volume,
    status: { bricks, healers: new Set(ids), idleHealers: new Set<string>() },
    pending: { entries: 0, counted: volume.bricks.map(nameOf) },
    peers,
  };
}

export type Well = ReturnType<typeof well>;

/** The same with the bricks of some nodes down. */
export function without(observed: Well, ...nodes: readonly number[]): Observed {
  const bricks = observed.status.bricks.map((brick, index) => ({ ...brick, online: !nodes.includes(index + 1) }));
  return { ...observed, status: { ...observed.status, bricks } };
}
