import { dirname } from 'node:path';
import { machineIn } from '#gluster/ganeti/this-node.ts';
import { Failure } from '#src/errors.ts';
import { isBackOrAhead, whyDead } from './dead-owners.ts';
import type { Lease } from './decide.ts';
import { isOwn, type NodeKnowledge, type Whose, whoseLease } from './owner.ts';
import { knowledgeOfNodes } from './published-runs.ts';
import { remarkOn } from './refusal.ts';
import { readLeases } from './store.ts';

/** The directory of an image on this node. */
interface Where {
  readonly directory: string;
}

/** A lease and what this node knows of its owner, for people. */
export type Fact = Pick<Lease, keyof Lease> & {
  /** A hash of the node's machine id; null in a lease that a version without it took. */
  readonly machine: string | null;
  readonly state: string;
  /** What its name and state do not tell, a sentence. */
  readonly remark: string | null;
};

/** The leases of an image, each with what this node knows of its owner. What it knows serves all images of a volume. */
export async function leaseFacts(
  image: Where,
  known: NodeKnowledge = knowledgeOfNodes(dirname(image.directory)),
): Promise<Fact[]> {
  const leases = await readLeases(image.directory);
  return leases.map((lease) => ({
    ...lease,
    machine: machineIn(lease.boot) ?? null,
    state: stateOf(lease, known),
    remark: remarkOn(lease, known) ?? null,
  }));
}

const states: Partial<Record<Whose, string>> = {
  'this run': 'this node',
  'earlier run': 'this node, before it was restarted',
  twin: 'another machine with this identity',
  namesake: 'another machine of this name',
  unclear: 'this node by another name, or a copy of it',
};

function stateOf(lease: Lease, known: NodeKnowledge): string {
  const whose = whoseLease(lease, known);
  const dead = isOwn(whose) || whose === 'twin' ? undefined : whyDead(lease, known);
  if (dead !== undefined) return `dead: ${dead}`;
  if (whose === 'another node' && isBackOrAhead(lease, known))
    return 'marked offline before: it is back, or clocks differ';
  return states[whose] ?? 'alive, as far as known';
}

/** The same, or undefined when nobody can tell, which is told. */
export async function leaseFactsOrTell(
  image: Where,
  known: NodeKnowledge,
  tell: (problem: Failure) => void,
): Promise<Fact[] | undefined> {
  try {
    return await leaseFacts(image, known);
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'exists') throw error;
    tell(error);
    return undefined;
  }
}

/** A lease for a person. */
export function leaseText({ node, mode, since, state }: Fact): string {
  return `${node}, ${mode}, since ${since} (${state})`;
}
