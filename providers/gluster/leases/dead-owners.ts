import { isSameNode, meanSameNode } from '#gluster/ganeti/ssconf.ts';
import { machineIn } from '#gluster/ganeti/this-node.ts';
import type { NodeKnowledge } from './owner.ts';

interface Owned {
  readonly node: string;
  readonly since: string;
  readonly boot: string;
}

/**
 * Why the owner of a lease cannot use its image any more: it is marked offline, or has been restarted since. undefined
 * for one that may be alive; when in doubt it is.
 */
export function whyDead(lease: Owned, known: NodeKnowledge): 'offline' | 'restarted' | undefined {
  // Who took a lease after the list was written here is back, and this node was not told.
  if (isMarkedOffline(lease, known) && Date.parse(lease.since) <= known.offlineWritten) return 'offline';
  return hasRestarted(lease, known) ? 'restarted' : undefined;
}

/**
 * Whether the owner of a lease is marked offline, and took the lease after Ganeti wrote that, by the two clocks: it is
 * back and this node was not told, or the clocks of the two disagree.
 */
export function isBackOrAhead(lease: Owned, known: NodeKnowledge): boolean {
  return isMarkedOffline(lease, known) && whyDead(lease, known) === undefined;
}

function isMarkedOffline({ node, boot }: Owned, { offline, nodes, published }: NodeKnowledge): boolean {
  // A node that was renamed while it ran has published its new name.
  const names = [node, ...published.filter((other) => other.boot === boot).map((other) => other.node)];
  return offline.some((name) => names.some((each) => isSameNode(name, each, nodes)));
}

function hasRestarted({ node, boot }: Owned, { published, nodes }: NodeKnowledge): boolean {
  if (published.some((other) => other.boot === boot)) return false;
  const machine = machineIn(boot);
  const sameName = published.filter((other) => meanSameNode(other.node, node, nodes));
  if (machine !== undefined) return sameName.some((other) => machineIn(other.boot) === machine);
  // Two machines that go by one name: any of them may have it.
  const machines = new Set(sameName.map((other) => machineIn(other.boot) ?? 'old'));
  return sameName.length > 0 && machines.size === 1;
}
