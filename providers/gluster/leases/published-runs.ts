import { closeSync, lstatSync, openSync, renameSync, utimesSync } from 'node:fs';
import { ganetiNodes } from '#gluster/ganeti/ssconf.ts';
import { machineIn, type NodeIdentity, thisNode } from '#gluster/ganeti/this-node.ts';
import { asFailure, errnoOf, Failure } from '#src/errors.ts';
import { makeDirectory } from '#src/files.ts';
import { entriesOf } from '#src/trees.ts';
import { isOwn, type NodeKnowledge, type Published, whoseLease } from './owner.ts';
import { hasPublished, rememberPublished, rememberTwin, runsOfTwins } from './run-memory.ts';

/**
 * The runs of nodes that were made known on a volume, in DIRECTORY/.nodes: empty files NODE@RUN-MACHINE, or NODE@BOOT
 * by versions without the machine. Of the earlier runs of a machine none is left. The time of such a file is when the
 * run was last heard of, by its own clock.
 */
export function publishedRuns(imagesDirectory: string, self: NodeIdentity): readonly Published[] {
  return entriesOf(nodesDirectory(imagesDirectory)).flatMap((entry): readonly Published[] => {
    const [, node, boot] = /^([^@]+)@([0-9a-f-]+)$/.exec(entry) ?? [];
    if (node === undefined || boot === undefined) return [];
    const published = { node, boot };
    // Of the others nobody asks, and each costs a question to the volume.
    if (machineIn(boot) !== self.machine || boot === self.boot) return [published];
    return [{ ...published, heard: heardOf(imagesDirectory, published) ?? 0 }];
  });
}

/** What this node knows now. Whoever judges leases with it has read them before: a node publishes first, then takes. */
export function knowledgeOfNodes(imagesDirectory: string): NodeKnowledge {
  const self = thisNode();
  const published = publishedRuns(imagesDirectory, self);
  return { ...ganetiNodes(), self, published, twins: runsOfTwins(self.boot) };
}

/** The same without a question to the volume: enough for leases that all are of this very run. */
export function knowledgeOfThisRun(): NodeKnowledge {
  return { ...ganetiNodes(), self: thisNode(), published: [], twins: [] };
}

/** A clock that was asked: when its node was last heard of, in milliseconds since 1970. */
export interface Clock {
  readonly node: string;
  readonly boot: string;
  readonly at: number;
}

/** When each machine but this one was last heard of on a volume, by its own clock. */
export function otherClocks(imagesDirectory: string, { self, published }: NodeKnowledge): readonly Clock[] {
  const others = published.filter(({ node, boot }) => {
    const machine = machineIn(boot);
    return machine === undefined ? node !== self.name && node !== self.hostName : machine !== self.machine;
  });
  return others.flatMap(({ node, boot }) => {
    const at = heardOf(imagesDirectory, { node, boot });
    return at === undefined ? [] : [{ node, boot, at }];
  });
}

/** When a run was last heard of, by its own clock; undefined when it is gone. */
export function heardOf(imagesDirectory: string, published: Published): number | undefined {
  return lstatSync(pathOf(imagesDirectory, published), { throwIfNoEntry: false })?.mtimeMs;
}

/**
 * Makes this run of the node known on a volume, so that others see that an earlier one ended, and when this one was
 * last heard of. What an earlier run published is replaced or this throws: with it, leases of this run would look dead.
 * A full volume, on which nothing was published before, is not an error: a node that published nothing counts as alive.
 * What the version before published in this very run stays: its leases are judged by it.
 *
 * Throws a Failure of kind environment when another machine with this node's name and machine id publishes here, too.
 * It is thrown once for each time that machine did; its runs are remembered until this node boots, see runsOfTwins.
 */
export function publishRun(imagesDirectory: string): void {
  // Asked before the volume is: another process of this node may publish meanwhile.
  const remembered = hasPublished(imagesDirectory, thisNode().boot);
  const known = knowledgeOfNodes(imagesDirectory);
  const { self, published } = known;
  const current = { node: self.name, boot: self.boot };
  const isCurrent = ({ node, boot }: Published): boolean => node === current.node && boot === current.boot;
  const twins = published.filter((other) => isTwin(other, known, remembered));
  for (const { boot } of twins) rememberTwin(boot, self.boot);
  const own = published.filter((other) => isOwn(whoseLease({ ...other, since: '' }, known)));
  const old = own.filter((other) => other.boot !== self.oldBoot && !isCurrent(other));
  const replaced = [...old.filter((other) => !twins.includes(other)), ...twins];
  if (!published.some(isCurrent) && replaced.length === 0) makeFile(imagesDirectory, current);
  for (const other of replaced) replace(imagesDirectory, other, current);
  touch(imagesDirectory, current);
  if (!remembered) rememberPublished(imagesDirectory, self.boot);
  if (twins.length > 0) throw sameIdentity(self);
}

/** What to say, and to do, when two machines have one identity. */
export function sameIdentity({ name }: NodeIdentity, image = 'IMAGE'): Failure {
  return new Failure(
    'environment',
    `another machine has the name and the machine id of this node, ${name}: their leases cannot be told apart`,
    {
      problems: ['if there is no other machine, the clock of this node was ahead before the node was restarted'],
      hint: `on the machine that was copied: rm /etc/machine-id; systemd-machine-id-setup; reboot; if there is none: gnt-gluster lease break ${image}`,
    },
  );
}

function isTwin(other: Published, known: NodeKnowledge, remembered: boolean): boolean {
  const { self, published } = known;
  if (machineIn(other.boot) !== self.machine) return false;
  const whose = whoseLease({ ...other, since: '' }, known);
  // What this run published here is gone, and there is another one instead.
  const displaced = remembered && !published.some(({ boot }) => boot === self.boot);
  return whose === 'twin' || (whose === 'earlier run' && displaced);
}

function replace(imagesDirectory: string, old: Published, current: Published): void {
  try {
    // Renamed and not made anew: that works on a full volume, too.
    renameSync(pathOf(imagesDirectory, old), pathOf(imagesDirectory, current));
  } catch (error) {
    // Another process of this node was faster.
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

function makeFile(imagesDirectory: string, current: Published): void {
  try {
    makeDirectory(nodesDirectory(imagesDirectory));
    closeSync(openSync(pathOf(imagesDirectory, current), 'a', 0o600));
  } catch (error) {
    if (errnoOf(error) !== 'ENOSPC') throw error;
  }
}

/** The time is explicit: with features.ctime Gluster takes that of the client anyway. */
function touch(imagesDirectory: string, current: Published): void {
  const now = new Date();
  try {
    utimesSync(pathOf(imagesDirectory, current), now, now);
  } catch (error) {
    // Others only learn less of this node's clock.
    if (errnoOf(error) !== 'ENOENT' && asFailure(error) === undefined) throw error;
  }
}

function pathOf(imagesDirectory: string, { node, boot }: Published): string {
  return `${nodesDirectory(imagesDirectory)}/${node}@${boot}`;
}

function nodesDirectory(imagesDirectory: string): string {
  return `${imagesDirectory}/.nodes`;
}
