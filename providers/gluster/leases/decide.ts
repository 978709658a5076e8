import { whyDead } from './dead-owners.ts';
import { isOwn, type NodeKnowledge, whoseLease } from './owner.ts';

/** One node's right to use an image: alone, or beside one other node while a guest migrates. */
export interface Lease {
  /** The name of the node; not what it is: see whoseLease. */
  readonly node: string;
  readonly mode: 'exclusive' | 'shared';
  /** When the node got it in this mode; ISO 8601, UTC, whole seconds. */
  readonly since: string;
  /** Which run of which machine took it: `boot` of NodeIdentity, or `oldBoot` from a version without the machine. */
  readonly boot: string;
}

/** All leases of one image. Every change has a number of its own. */
export interface LeaseState {
  readonly generation: number;
  readonly leases: readonly Lease[];
}

export type Decision =
  | { readonly action: 'keep' }
  | { readonly action: 'refuse'; readonly holders: readonly Lease[] }
  | { readonly action: 'take'; readonly leases: readonly Lease[]; readonly broken: readonly Lease[] };

/**
 * What becomes of the leases of an image when this node asks for one. Leases of dead nodes are broken; what an earlier
 * run of this node had is replaced; another living node's lease is respected:
 *
 * - exclusive is granted when nobody else has a lease, shared beside at most one other shared lease;
 * - so a node that has it shared keeps it so until the other one is gone.
 *
 * That is enough for every migration of Ganeti 3.0.2 to 3.1.1 (lib/cmdlib/instance_migration.py): _ExecMigration closes
 * on the target, opens shared on the source, then on the target, and afterwards closes on the source before it opens
 * exclusively on the target; _RevertDiskStatus and _ExecCleanup close on the node that loses before they open
 * exclusively on the other, and give up when that close fails, unless the node is offline. A guest that runs already
 * never depends on the answer. A shared lease of another node is never taken for stale because it has no visible user:
 * after an interrupted migration it may be the node on which the guest runs, while Ganeti, which still has the guest at
 * home on this one, is about to start it here a second time. Nor is a third node let in: it could not become the only
 * one after the guest has moved, when it is too late to refuse.
 */
export function decide(own: Lease, leases: readonly Lease[], known: NodeKnowledge): Decision {
  const others = leases.filter((lease) => !isOwn(whoseLease(lease, known)));
  const living = others.filter((lease) => isTwin(lease, known) || whyDead(lease, known) === undefined);
  const broken = others.filter((lease) => !living.includes(lease));
  const inTheWay =
    own.mode === 'exclusive' ? living : living.filter(({ mode }) => mode === 'exclusive' || living.length > 1);
  if (inTheWay.length > 0) return { action: 'refuse', holders: inTheWay };
  const mine = leases.filter((lease) => !others.includes(lease));
  const valid = mine.find(({ mode, boot }) => mode === own.mode && boot === own.boot);
  if (valid !== undefined && mine.length === 1 && broken.length === 0) return { action: 'keep' };
  return { action: 'take', leases: [...living, valid ?? own], broken };
}

/** Nothing says that a run of this node ended when another machine has the same identity. */
function isTwin(lease: Lease, known: NodeKnowledge): boolean {
  return whoseLease(lease, known) === 'twin';
}

const leasePattern = /^([A-Za-z0-9][A-Za-z0-9._-]*)@(exclusive|shared)@(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)@([0-9a-f-]+)$/;

/**
 * The name of the file that says who has an image: NUMBER,NODE@MODE@SINCE@RUN-MACHINE,... With two leases, the most
 * there can be, and the longest host names of Linux (64 bytes) it stays below the 255 bytes of a file name.
 *
 * Versions without the machine wrote NODE@MODE@SINCE@BOOT. The machine is a part of that BOOT, so that a node which
 * still has such a version reads new leases, too: as those of a node NODE in a run that it compares with `.nodes`,
 * where a new node publishes the same text. A new node leaves there what an old version published in the same run, so
 * that nobody takes a lease from before the upgrade for one of an ended run. Nodes can be upgraded one after the other,
 * with guests that run; two nodes of one name are told apart when both are upgraded.
 */
export function nameOfState({ generation, leases }: LeaseState): string {
  return [String(generation), ...leases.map(({ node, mode, since, boot }) => [node, mode, since, boot].join('@'))].join(
    ',',
  );
}

/** Reads such a name; undefined for any other. */
export function parseState(name: string): LeaseState | undefined {
  const [number = '', ...texts] = name.split(',');
  if (!/^\d{1,15}$/.test(number)) return undefined;
  const leases = texts.flatMap((text): readonly Lease[] => {
    const [, node, mode, since, boot] = leasePattern.exec(text) ?? [];
    if (node === undefined || mode === undefined || since === undefined || boot === undefined) return [];
    return [{ node, mode: mode === 'shared' ? 'shared' : 'exclusive', since, boot }];
  });
  return leases.length === texts.length ? { generation: Number(number), leases } : undefined;
}

/** A lease for a sentence: `node2.lab (exclusive, since 2026-01-01T10:00:00Z)`. */
export function describeLease({ node, mode, since }: Lease): string {
  return `${node} (${mode}, since ${since})`;
}
