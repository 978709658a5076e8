import { Failure } from '#src/errors.ts';
import { isBackOrAhead } from './dead-owners.ts';
import { describeLease, type Lease } from './decide.ts';
import { type NodeKnowledge, type Whose, whoseLease } from './owner.ts';
import { sameIdentity } from './published-runs.ts';

/** What a lease has to do with this node, where its name says too little; undefined for that of any other node. */
export function remarkOn(lease: Lease, known: NodeKnowledge): string | undefined {
  const { name } = known.self;
  if (isBackOrAhead(lease, known) && !isNamesake(lease, known))
    return `${lease.node} is marked offline, but its lease is newer than the mark: it is back, or the clocks disagree`;
  const remarks: Partial<Record<Whose, string>> = {
    namesake: `that is another machine with the name of this node, or this node before it was reinstalled`,
    clone: `${lease.node} and this node, ${name}, have the same machine id`,
    unclear: `${lease.node} has the machine id of this node, ${name}: this node had that name before, or is a copy of that one`,
    twin: `that is another machine with the name and the machine id of this node, or the clock was ahead then`,
  };
  return remarks[whoseLease(lease, known)];
}

/** Says that others have an image, in the way of this node, and what can be done about each of them. */
export function leaseRefusal(image: string, holders: readonly Lease[], known: NodeKnowledge): Failure {
  if (holders.some((lease) => whoseLease(lease, known) === 'twin')) return sameIdentity(known.self, image);
  const remedies = new Set(holders.map((lease) => remedyFor(lease, known)));
  return new Failure('busy', `image ${image} is leased to ${holders.map(describeLease).join(' and ')}`, {
    problems: holders.flatMap((lease) => remarkOn(lease, known) ?? []),
    hint: [
      `gnt-gluster lease list ${image}`,
      usualRemedy(holders),
      ...remedies,
      `last resort: gnt-gluster lease break ${image}`,
    ].join('; '),
  });
}

function usualRemedy(holders: readonly Lease[]): string {
  const shared = holders.every(({ mode }) => mode === 'shared');
  return shared ? 'gnt-instance migrate --cleanup, if a migration failed' : 'shut its instance down there';
}

function remedyFor(lease: Lease, known: NodeKnowledge): string {
  const newId = 'rm /etc/machine-id; systemd-machine-id-setup; reboot';
  const whose = whoseLease(lease, known);
  // This node must not be told to mark itself offline.
  if (whose === 'namesake') return 'give each machine a name of its own';
  if (whose === 'unclear') return `if this node is a copy: ${newId}`;
  // It was marked already.
  if (isBackOrAhead(lease, known)) return `compare the output of date on ${lease.node} and here`;
  const offline = `if that node is dead: gnt-node modify --offline=yes ${lease.node}`;
  return whose === 'clone' ? `${offline}; on one of the two nodes: ${newId}` : offline;
}

function isNamesake(lease: Lease, known: NodeKnowledge): boolean {
  return whoseLease(lease, known) === 'namesake';
}
