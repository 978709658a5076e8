import { type GanetiNodes, meanSameNode } from '#gluster/ganeti/ssconf.ts';
import { machineIn, type NodeIdentity } from '#gluster/ganeti/this-node.ts';

/** A run of a node that was made known on a volume. */
export interface Published {
  readonly node: string;
  readonly boot: string;
  /** When that run was last heard of, by its own clock: milliseconds since 1970. Only of runs of this machine. */
  readonly heard?: number;
}

/** What this node knows of itself and of the others. */
export interface NodeKnowledge extends GanetiNodes {
  readonly self: NodeIdentity;
  /** The runs made known on the volume. */
  readonly published: readonly Published[];
  /** Runs with this node's identity that began to show up during this run: those of another machine. */
  readonly twins: readonly string[];
}

/**
 * Whose a lease is, as this node sees it:
 *
 * - `this run`: it was taken by this run of this node, under whatever name.
 * - `earlier run`: it was taken by this node before it was restarted, and perhaps renamed.
 * - `another node`: another machine has it.
 * - `namesake`: another machine has it that has the name of this node.
 * - `clone`: another node of the cluster has it, and has the machine id of this one.
 * - `unclear`: a node with this machine id and another name has it, and no list of Ganeti's says whether that is this
 * one.
 * - `twin`: it looks like one of an earlier run and cannot be: another machine has this node's name and machine id.
 */
export type Whose = 'this run' | 'earlier run' | 'another node' | 'namesake' | 'clone' | 'unclear' | 'twin';

/** Clocks are corrected a little after a start, and a lease has no fractions of seconds. */
const clockTolerance = 120_000;

/** Says whose a lease, or a published run, is. `since`: when it was taken, ISO 8601. */
export function whoseLease(
  lease: { readonly node: string; readonly since: string; readonly boot: string },
  known: NodeKnowledge,
): Whose {
  const { self } = known;
  if (lease.boot === self.boot || lease.boot === self.oldBoot) return 'this run';
  const machine = machineIn(lease.boot);
  if (machine === undefined) return whoseOldLease(lease.node, known);
  const sameName = meanSameNode(self.name, lease.node, known.nodes);
  if (machine !== self.machine) return sameName ? 'namesake' : 'another node';
  if (!sameName && isListed(lease.node, known)) return isListed(self.name, known) ? 'clone' : 'unclear';
  if (!sameName && known.nodes.length === 0) return 'unclear';
  return cannotBeEarlier(lease, known) ? 'twin' : 'earlier run';
}

/** Whether a lease is this node's, to be replaced and given back. */
export function isOwn(whose: Whose): boolean {
  return whose === 'this run' || whose === 'earlier run';
}

/** Versions without the machine in leases knew a node by its host name only. */
function whoseOldLease(node: string, known: NodeKnowledge): Whose {
  const { name, hostName } = known.self;
  const isHostName = node === hostName && !isListed(node, known);
  if (!meanSameNode(name, node, known.nodes) && !isHostName) return 'another node';
  // Whoever else goes by this name may have taken it.
  const others = known.published.filter((published) => {
    const machine = machineIn(published.boot);
    return machine !== undefined && machine !== known.self.machine && meanSameNode(published.node, node, known.nodes);
  });
  return others.length === 0 ? 'earlier run' : 'namesake';
}

function isListed(name: string, { nodes }: NodeKnowledge): boolean {
  return nodes.some((node) => meanSameNode(node, name, nodes));
}

/** Whether something happened in that run after this one had started. */
function cannotBeEarlier(
  { since, boot }: { readonly since: string; readonly boot: string },
  { self, published, twins }: NodeKnowledge,
): boolean {
  const heard = published.filter((other) => other.boot === boot).map((other) => other.heard ?? 0);
  const latest = self.started + clockTolerance;
  return twins.includes(boot) || [Date.parse(since), ...heard].some((time) => time > latest);
}
