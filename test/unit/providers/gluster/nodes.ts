import type { NodeKnowledge } from '#gluster/leases/owner.ts';

/** When this run of the node started, for tests. */
export const started = Date.parse('2026-01-01T10:00:00Z');

/** A time some minutes after that, or before; ISO 8601 as in leases. */
export function minutesAfterStart(minutes: number): string {
  return new Date(started + minutes * 60_000).toISOString().replace('.000', '');
}

/** What tells a run of a machine: `run` and `machine` are one digit each. */
export function bootOf(run: string, machine: string): string {
  return `${run.repeat(8)}-${machine.repeat(12)}`;
}

/** What node a.lab, machine a in run 1, knows. */
export function knowledge(changes: Partial<NodeKnowledge> = {}): NodeKnowledge {
  const self = {
    name: 'a.lab',
    hostName: 'a.lab',
    machine: 'a'.repeat(12),
    boot: bootOf('1', 'a'),
    oldBoot: '111111111111-5',
    started,
  };
  return { self, nodes: [], offline: [], offlineWritten: 0, published: [], twins: [], ...changes };
}
