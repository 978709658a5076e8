import { Failure } from '#src/errors.ts';
import { run } from '#src/exec.ts';
import { isTable, parseObject, readIfThere, textField } from '#src/files.ts';
import { ganetiGroups, type NodeGroup } from './ssconf.ts';
import { thisNode } from './this-node.ts';

/** Where each node of the cluster is told which group each of them is in: Ganeti itself tells only the master. */
export const nodeGroupsFile = '/var/lib/ganeti-extstorage-gluster/node-groups.json';

/** Which group a node is in. */
export interface GroupMember {
  /** Its full name. */
  readonly node: string;
  /** The UUID of its group: a group can be renamed. */
  readonly group: string;
}

/** Where a node is among the groups of its cluster. */
export interface GroupPlace {
  readonly node: string;
  /** undefined where the node was not told, or of a group that is gone. */
  readonly group: NodeGroup | undefined;
  /** All groups of the cluster; none outside of one. */
  readonly groups: readonly NodeGroup[];
}

const uuid = /^[0-9a-f-]{36}$/;

/** Asks Ganeti which group each node is in. Only the master knows: elsewhere a Failure of kind environment. */
export async function askMembers(): Promise<readonly GroupMember[]> {
  // A query without --lock: it starts no job, and waits for none.
  const argv = ['gnt-node', 'list', '--no-headers', '--separator=|', '-o', 'name,group.uuid'];
  const { exitCode, stdout, stderr } = await run(argv, { timeLimit: 120_000 });
  const members = exitCode === 0 ? membersIn(stdout) : [];
  if (members.length > 0) return members;
  throw new Failure('environment', 'Ganeti does not tell which group each node is in', {
    hint: 'run this on the master node: gnt-cluster getmaster',
    command: { argv, outcome: `exit status ${exitCode}`, output: stderr },
  });
}

/** Reads what `gnt-node list` prints, `NAME|UUID` a line. */
export function membersIn(list: string): readonly GroupMember[] {
  return list.split('\n').flatMap((line) => {
    const [node = '', group = ''] = line.split('|');
    return node !== '' && uuid.test(group) ? [{ node, group }] : [];
  });
}

/** The text of the file for some nodes. */
export function membersText(members: readonly GroupMember[]): string {
  return `${JSON.stringify({ nodes: members }, undefined, 1)}\n`;
}

/** Reads such a text; undefined when any part of it is not as it was written. */
export function parseMembers(text: string): readonly GroupMember[] | undefined {
  const list = parseObject(text)?.nodes;
  if (!Array.isArray(list)) return undefined;
  const members = list.map(parseMember).filter((member) => member !== undefined);
  return members.length === list.length ? members : undefined;
}

function parseMember(value: unknown): GroupMember | undefined {
  if (!isTable(value)) return undefined;
  const [node = '', group = ''] = [textField(value, 'node'), textField(value, 'group')];
  return node !== '' && uuid.test(group) ? { node, group } : undefined;
}

/** Where this node is, as it was told last. A damaged file says as little as none. */
export function placeHere(file = nodeGroupsFile): GroupPlace {
  return placeOf(thisNode().name, parseMembers(readIfThere(file) ?? '') ?? [], ganetiGroups());
}

/** Where a node is. The names of groups are those of now, whenever it was told of its group. */
export function placeOf(node: string, members: readonly GroupMember[], groups: readonly NodeGroup[]): GroupPlace {
  const id = members.find((member) => member.node === node)?.group;
  return { node, group: groups.find((group) => group.id === id), groups };
}
