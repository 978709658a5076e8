import { statSync } from 'node:fs';
import { readIfThere } from '#src/files.ts';

/**
 * Where every node has what it needs of the cluster's configuration, and master candidates all of it
 * (lib/pathutils.py): the lists of nodes, which are read here (SS_NODE_LIST, SS_OFFLINE_NODES, SS_MASTER_NODE,
 * SS_NODE_PRIMARY_IPS, SS_NODE_SECONDARY_IPS and SS_NODEGROUPS of lib/ssconf.py, the same in 3.0 and 3.1), and more.
 */
export const ganetiDirectory = '/var/lib/ganeti';

/** What Ganeti says of its nodes. All lists are empty outside of a cluster. */
export interface GanetiNodes {
  /** Their full names. */
  readonly nodes: readonly string[];
  /** Those that the administrator marked offline. */
  readonly offline: readonly string[];
  /** When Ganeti wrote the list of those on this node; milliseconds since 1970. */
  readonly offlineWritten: number;
}

/** A group of nodes. It can be renamed, and its UUID stays. */
export interface NodeGroup {
  readonly id: string;
  readonly name: string;
}

/** The nodes of the cluster as this node was told last. */
export function ganetiNodes(): GanetiNodes {
  const offlineFile = `${ganetiDirectory}/ssconf_offline_nodes`;
  return {
    nodes: linesOf('ssconf_node_list'),
    offline: linesOf('ssconf_offline_nodes'),
    offlineWritten: statSync(offlineFile, { throwIfNoEntry: false })?.mtimeMs ?? 0,
  };
}

/** The master of the cluster, as this node was told last; undefined outside of a cluster. */
export function masterNode(): string | undefined {
  return linesOf('ssconf_master_node')[0];
}

/** The groups of the cluster, as this node was told last. It is not told which nodes they have. */
export function ganetiGroups(): readonly NodeGroup[] {
  return groupsIn(linesOf('ssconf_nodegroups'));
}

/** Reads groups, `UUID NAME` a line. Ganeti takes any text for a name. */
export function groupsIn(lines: readonly string[]): readonly NodeGroup[] {
  return lines.flatMap((line) => {
    const [, id, name] = /^([0-9a-f-]{36}) (.+)$/.exec(line) ?? [];
    return id === undefined || name === undefined ? [] : [{ id, name }];
  });
}

/** The addresses of the nodes, `NAME ADDRESS` a line: the primary ones, then the secondary ones. */
export function ganetiAddresses(): readonly (readonly string[])[] {
  return [linesOf('ssconf_node_primary_ips'), linesOf('ssconf_node_secondary_ips')];
}

/** The address of a node for traffic of its storage: its secondary one. Ganeti has the primary one there, too. */
export function storageAddress(node: string): string | undefined {
  const pairs = linesOf('ssconf_node_secondary_ips').map((line) => line.split(' '));
  return pairs.find(([name]) => name === node)?.[1];
}

/** All that a node may be called by: its name, short and full, and its addresses. */
export function namesOf(node: string): readonly string[] {
  const addresses = ganetiAddresses().flat();
  const own = addresses
    .map((line) => line.split(' '))
    .flatMap(([name, address = '']) => (name === node ? [address] : []));
  return [...new Set([node, node.split('.', 1)[0] ?? node, ...own])];
}

/** The node of the cluster that a name means, which may be short; undefined when it means none, or several. */
export function nodeNamed(name: string): string | undefined {
  const { nodes } = ganetiNodes();
  return nodes.find((node) => isSameNode(node, name, nodes));
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

/** Whether two names of nodes mean the same one, whichever of them is Ganeti's. */
export function meanSameNode(one: string, other: string, nodes: readonly string[]): boolean {
  return isSameNode(one, other, nodes) || isSameNode(other, one, nodes);
}

function linesOf(file: string): readonly string[] {
  return (readIfThere(`${ganetiDirectory}/${file}`) ?? '').split('\n').filter((line) => line !== '');
}
