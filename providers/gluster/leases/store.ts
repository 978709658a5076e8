import { closeSync, existsSync, openSync, renameSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { thisNode } from '#gluster/ganeti/this-node.ts';
import { errnoOf, Failure } from '#src/errors.ts';
import { makeDirectory, removeFileIfThere } from '#src/files.ts';
import { note } from '#src/reply.ts';
import { oddKind } from '#src/small-file.ts';
import { entriesOf, statOf } from '#src/trees.ts';
import { whyDead } from './dead-owners.ts';
import { decide, describeLease, type Lease, type LeaseState, nameOfState, parseState } from './decide.ts';
import { isOwn, type NodeKnowledge, whoseLease } from './owner.ts';
import { knowledgeOfNodes, knowledgeOfThisRun, publishRun } from './published-runs.ts';
import { leaseRefusal, remarkOn } from './refusal.ts';

/**
 * The leases of an image are the name of one empty file in its directory. Every change is one rename of that file: of
 * several nodes that change the same state at once exactly one finds the old name, the others get ENOENT and look
 * again; there is no moment in between to be killed in; and it works on a full volume, where Gluster refuses to make
 * any file, link or directory, but not to rename one (measured on GlusterFS 10.3 with storage.reserve at its 1 %, with
 * nine clients on three nodes). No lock of Gluster's takes part: they are not reliable across clients.
 */
interface Where {
  readonly name: string;
  /** The directory of the image on this node. */
  readonly directory: string;
}

const changePatience = 30_000;
const listings = 20;

/** Prepares a directory that becomes an image: nobody has it yet. */
export function makeLeaseFile(directory: string): void {
  makeDirectory(leaseDirectory(directory));
  closeSync(openSync(`${leaseDirectory(directory)}/${nameOfState({ generation: 0, leases: [] })}`, 'a', 0o600));
}

/** Who has an image. */
export async function readLeases(directory: string): Promise<readonly Lease[]> {
  return leasesOf(await listStates(directory));
}

/**
 * The number of changes of the leases of an image so far; undefined where no file of leases is there, or more than one.
 * It goes up with every open, on every node.
 */
export async function generationOf(directory: string): Promise<number | undefined> {
  const [state, ...others] = await listStates(directory);
  return others.length === 0 ? state?.generation : undefined;
}

/** Whether no node ever opened an image since it was made; false where that is not known. */
export async function wasNeverOpened(directory: string): Promise<boolean> {
  return (await generationOf(directory)) === 0;
}

/**
 * Whether this node has an image: in a mode, so that to take it so would change nothing, or in any. Without a mode a
 * lease counts that may be this node's, too: then giveBackLease has something to say. Starts no process.
 */
export async function hasLease({ directory }: Where, mode?: Lease['mode']): Promise<boolean> {
  const states = await listStates(directory);
  const leases = leasesOf(states);
  const mine = leases.filter(ownHere(directory));
  if (mode === undefined) return mine.length > 0 || leases.some(doubtfulHere(directory));
  const valid = mine.length > 0 && mine.every((lease) => lease.mode === mode && lease.boot === thisNode().boot);
  return valid && states.length === 1 && (mode === 'shared' || leases.length === 1);
}

/** Tells leases of this node, of this run or an earlier one, from all others. Looks at the volume only if it must. */
function ownHere(directory: string): (lease: Lease) => boolean {
  let known: NodeKnowledge | undefined;
  return (lease) => {
    if (lease.boot === thisNode().boot) return true;
    known ??= knowledgeOfNodes(dirname(directory));
    return isOwn(whoseLease(lease, known));
  };
}

/** Tells leases that have this node's name or machine, and are not given back by it. */
function doubtfulHere(directory: string): (lease: Lease) => boolean {
  let known: NodeKnowledge | undefined;
  return (lease) => {
    known ??= knowledgeOfNodes(dirname(directory));
    return ['namesake', 'unclear', 'twin'].includes(whoseLease(lease, known));
  };
}

/**
 * Takes an image for this node, or changes how it has it; nothing happens when it has it so already. Leases of dead
 * nodes are broken, which is said on standard error. Throws a Failure of kind busy, which names the holders, when
 * another living node is in the way; see decide. When it throws, this node has what it had before.
 */
export async function takeLease({ name, directory }: Where, mode: Lease['mode']): Promise<void> {
  const images = dirname(directory);
  publishRun(images);
  const since = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const { name: node, boot } = thisNode();
  const own: Lease = { node, mode, since, boot };
  await change({ name, directory }, (leases) => {
    const known = leases.every((lease) => lease.boot === boot) ? knowledgeOfThisRun() : knowledgeOfNodes(images);
    const decision = decide(own, leases, known);
    if (decision.action === 'keep') return undefined;
    if (decision.action === 'refuse') throw leaseRefusal(name, decision.holders, known);
    const broken = decision.broken.map(
      (lease) =>
        `warning: image ${name}: the lease of ${describeLease(lease)} is broken: that node ${
          whyDead(lease, known) === 'offline' ? 'is marked offline' : 'has been restarted since'
        }`,
    );
    return { leases: decision.leases, say: broken };
  });
}

/** Takes an image that is to be deleted, so that no other node does; not where it has no leases and no room for one. */
export async function takeToDelete(where: Where): Promise<void> {
  try {
    await takeLease(where, 'exclusive');
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'full') throw error;
  }
}

/**
 * Gives back what this node has of an image; nothing happens when that is nothing. Says which leases with the name or
 * the machine id of this node stay.
 */
export async function giveBackLease(where: Where): Promise<void> {
  const left = await changeIfAny(where, ownHere(where.directory));
  for (const lease of left.filter(doubtfulHere(where.directory))) {
    const remark = remarkOn(lease, knowledgeOfNodes(dirname(where.directory)));
    note(`warning: image ${where.name} stays leased to ${describeLease(lease)}: ${remark}`);
  }
}

/** Takes leases away from whoever has them, but not those that were taken since they were looked at. */
export async function breakLeases(where: Where, leases: readonly Lease[]): Promise<void> {
  await changeIfAny(where, (lease) =>
    leases.some(({ node, since, boot }) => node === lease.node && since === lease.since && boot === lease.boot),
  );
}

/** Throws a Failure of kind busy when another node that may be alive has an image; says so of a dead one. */
export async function requireNoOtherHolder({ name, directory }: Where): Promise<void> {
  const leases = await readLeases(directory);
  const known = knowledgeOfNodes(dirname(directory));
  const others = leases.filter((lease) => !isOwn(whoseLease(lease, known)));
  const living = others.filter((lease) => whoseLease(lease, known) === 'twin' || whyDead(lease, known) === undefined);
  if (living.length > 0) throw leaseRefusal(name, living, known);
  for (const lease of others) note(`warning: image ${name} is leased to a dead node: ${describeLease(lease)}`);
}

async function changeIfAny(where: Where, gone: (lease: Lease) => boolean): Promise<readonly Lease[]> {
  return await change(where, (leases) => {
    if (!leases.some(gone)) return undefined;
    return { leases: leases.filter((lease) => !gone(lease)), isFinal: true };
  });
}

interface Change {
  readonly leases: readonly Lease[];
  readonly say?: readonly string[];
  /** What was changed needs no second look: what is given back stays so, whatever others do meanwhile. */
  readonly isFinal?: true;
}

/** Asks what is to be changed, and does it, until nothing is to be changed; returns the leases that are left. */
async function change(
  { name, directory }: Where,
  ask: (leases: readonly Lease[]) => Change | undefined,
): Promise<readonly Lease[]> {
  const end = Date.now() + changePatience;
  while (Date.now() < end) {
    const states = await listStates(directory);
    const leases = leasesOf(states);
    const wanted = ask(leases);
    if (wanted === undefined) return leases;
    if (states.length === 0) replaceLostFile(name, directory);
    else if (!replaceState(directory, states, wanted.leases)) await sleep(Math.random() * 50);
    else {
      for (const line of wanted.say ?? []) note(line);
      if (wanted.isFinal === true) return wanted.leases;
    }
  }
  throw new Failure('busy', `the leases of image ${name} change all the time`, {
    hint: `gnt-gluster lease list ${name}`,
  });
}

/** False when another node was faster. */
function replaceState(directory: string, [current, ...old]: readonly LeaseState[], leases: readonly Lease[]): boolean {
  if (current === undefined) return false;
  const path = (state: LeaseState): string => `${leaseDirectory(directory)}/${nameOfState(state)}`;
  try {
    renameSync(path(current), path({ generation: current.generation + 1, leases }));
    // There is one name only, unless a self-heal after a lost quorum brought an older one back.
    for (const state of old) removeFileIfThere(path(state));
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** An image that was made by hand has no file of leases. */
function replaceLostFile(name: string, directory: string): void {
  if (!existsSync(directory)) throw new Failure('missing', `image ${name} is gone`, { hint: 'gnt-gluster image list' });
  try {
    makeLeaseFile(directory);
  } catch (error) {
    if (errnoOf(error) !== 'ENOSPC') throw error;
    throw new Failure('full', `the volume has no room to record who uses image ${name}`, {
      hint: 'make room: gnt-gluster mount status shows how much there is, gnt-gluster image list what occupies it',
      cause: error,
    });
  }
}

/**
 * All states: one. A listing can miss a file that is just being renamed, and on a volume of several replica sets it can
 * show both of its names (measured), so that none and two are believed only after a while.
 */
async function listStates(directory: string): Promise<readonly LeaseState[]> {
  for (let listing = 1; ; listing += 1) {
    const states = readStates(directory);
    if (states.length === 1 || listing === listings || !existsSync(leaseDirectory(directory))) return states;
    await sleep(50);
  }
}

/**
 * The newest first. Throws a Failure of kind exists when it is unknown, because something else is in the place of the
 * directory.
 */
function readStates(directory: string): readonly LeaseState[] {
  const damage = damageOfLeases(directory);
  if (damage !== undefined) {
    const name = basename(directory);
    throw new Failure('exists', `who has image ${name} is unknown: its directory of leases is ${damage}`, {
      hint: `make sure that no node uses the image, then: gnt-gluster lease break ${name}`,
    });
  }
  const states = entriesOf(leaseDirectory(directory)).flatMap((entry) => parseState(entry) ?? []);
  return states.sort((one, other) => other.generation - one.generation);
}

/**
 * What is in the place of an image's directory of leases, for a sentence; undefined for the directory, and for nothing.
 */
export function damageOfLeases(directory: string): string | undefined {
  const found = statOf(leaseDirectory(directory));
  return found === undefined || found.isDirectory() ? undefined : (oddKind(found) ?? 'a file');
}

/** Makes damaged leases anew; nobody has the image then. */
export function mendLeases(directory: string): void {
  if (damageOfLeases(directory) === undefined) return;
  removeFileIfThere(leaseDirectory(directory));
  makeLeaseFile(directory);
}

/** If there is more than one state, whoever has the image in any of them has it. */
function leasesOf(states: readonly LeaseState[]): readonly Lease[] {
  const byText = states.flatMap(({ leases }) =>
    leases.map((lease) => [JSON.stringify([lease.node, lease.mode, lease.since, lease.boot]), lease] as const),
  );
  return [...new Map(byText).values()];
}

function leaseDirectory(directory: string): string {
  return `${directory}/lease`;
}
