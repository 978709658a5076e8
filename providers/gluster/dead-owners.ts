import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { errnoOf, Failure } from '../../src/errors.ts';
import { readIfThere } from '../../src/files.ts';
import { quote } from '../../src/quote.ts';

/** What this node knows of the others. */
export interface NodeKnowledge {
  /** The nodes of the Ganeti cluster, by their full names; empty outside of one. */
  readonly nodes: readonly string[];
  /** Those that the administrator marked offline. */
  readonly offline: readonly string[];
  /** When Ganeti wrote that list on this node; milliseconds since 1970. */
  readonly offlineWritten: number;
  /** The last run that each node made known on the volume; more than one only if it cannot be told which is the last. */
  readonly boots: ReadonlyMap<string, readonly string[]>;
}

/** Where Ganeti keeps its lists of nodes (SS_NODE_LIST and SS_OFFLINE_NODES of lib/ssconf.py), one full name a line. */
const ganetiDirectory = '/var/lib/ganeti';

const longestHostName = 64;

/**
 * Why the owner of a lease cannot use its image any more: it is marked offline, or has been restarted since. undefined
 * for one that may be alive; when in doubt it is.
 */
export function whyDead(
  lease: { readonly node: string; readonly since: string; readonly boot: string },
  known: NodeKnowledge,
): 'offline' | 'restarted' | undefined {
  const named = known.offline.some((name) => isSameNode(name, lease.node, known.nodes));
  // Who took a lease after the list was written here is back, and this node was not told.
  if (named && Date.parse(lease.since) <= known.offlineWritten) return 'offline';
  const boots = known.boots.get(lease.node);
  return boots === undefined || boots.length === 0 || boots.includes(lease.boot) ? undefined : 'restarted';
}

/**
 * Whether Ganeti's name of a node and a host name mean the same machine. Ganeti has full names, a host name may be
 * short: then it counts only if it is the beginning of no other node's name.
 */
export function isSameNode(ganetiName: string, hostName: string, nodes: readonly string[]): boolean {
  const [full, other] = [ganetiName.toLowerCase(), hostName.toLowerCase()];
  if (full === other) return true;
  if (other.includes('.')) return false;
  const meant = new Set(
    [full, ...nodes.map((name) => name.toLowerCase())].filter((name) => name.startsWith(`${other}.`)),
  );
  return meant.size === 1 && meant.has(full);
}

/** The name of this node in leases. Throws a Failure of kind environment when it cannot be part of one. */
export function nameOfThisNode(): string {
  const name = hostname();
  if (name.length <= longestHostName && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) return name;
  throw new Failure('environment', `the host name ${quote(name)} cannot be the name of a node`);
}

/**
 * What tells this run of the node from an earlier one: the start of the kernel's boot id, and when process 1 started,
 * since a container has the boot id of its host.
 */
export function bootOfThisNode(): string {
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').replaceAll('-', '').slice(0, 12);
  // proc(5): field 22, counted after the command's name, which ends at the last parenthesis.
  const start = readFileSync('/proc/1/stat', 'utf8').split(') ').at(-1)?.split(' ')[19] ?? '0';
  return `${bootId}-${start}`;
}

/** What this node knows now. Whoever judges leases with it has read them before: a node publishes first, then takes. */
export function knowledgeOfNodes(imagesDirectory: string): NodeKnowledge {
  const offlineFile = `${ganetiDirectory}/ssconf_offline_nodes`;
  const boots = new Map<string, readonly string[]>();
  for (const { node, boot } of publishedBoots(imagesDirectory)) boots.set(node, [...(boots.get(node) ?? []), boot]);
  return {
    nodes: linesOf(`${ganetiDirectory}/ssconf_node_list`),
    offline: linesOf(offlineFile),
    offlineWritten: statSync(offlineFile, { throwIfNoEntry: false })?.mtimeMs ?? 0,
    boots,
  };
}

/**
 * Makes this run of the node known on a volume, so that others see that an earlier one ended; nothing happens when it is
 * known. What an earlier run published is replaced or this throws: with it, leases of this run would look dead. A full
 * volume, on which nothing was published before, is not an error: a node that published nothing counts as alive.
 */
export function publishBoot(imagesDirectory: string): void {
  const directory = nodesDirectory(imagesDirectory);
  const [node, boot] = [nameOfThisNode(), bootOfThisNode()];
  const current = `${directory}/${node}@${boot}`;
  const mine = publishedBoots(imagesDirectory).filter((published) => published.node === node);
  if (mine.length === 0) makeFile(directory, current);
  for (const old of mine.filter((published) => published.boot !== boot)) {
    try {
      // Renamed and not made anew: that works on a full volume, too.
      renameSync(`${directory}/${node}@${old.boot}`, current);
    } catch (error) {
      // Another process of this node was faster.
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
  }
}

function makeFile(directory: string, path: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
  } catch (error) {
    if (errnoOf(error) !== 'ENOSPC') throw error;
  }
}

function publishedBoots(imagesDirectory: string): readonly { readonly node: string; readonly boot: string }[] {
  return entriesOf(nodesDirectory(imagesDirectory)).flatMap((entry) => {
    const [, node, boot] = /^([^@]+)@([0-9a-f-]+)$/.exec(entry) ?? [];
    return node === undefined || boot === undefined ? [] : [{ node, boot }];
  });
}

function nodesDirectory(imagesDirectory: string): string {
  return `${imagesDirectory}/.nodes`;
}

function entriesOf(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function linesOf(file: string): readonly string[] {
  return (readIfThere(file) ?? '').split('\n').filter((line) => line !== '');
}
