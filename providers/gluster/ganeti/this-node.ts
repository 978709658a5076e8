import { readFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { Failure } from '#src/errors.ts';
import { quote } from '#src/quote.ts';
import { thisMachine } from './machine.ts';
import { ganetiAddresses, isSameNode } from './ssconf.ts';

/**
 * What a node is. A host name is not enough: two machines can have the same one, and one machine can get another. So
 * the name is for people, and the machine decides. Everything that has to know whose something is asks here.
 */
export interface NodeIdentity {
  /** Ganeti's name of the node, found by its addresses; outside of a cluster its host name. */
  readonly name: string;
  readonly hostName: string;
  /** What stays when the node is renamed or restarted: a hash of its machine id, 12 hexadecimal digits. */
  readonly machine: string;
  /** Which run of the machine this is: RUN-MACHINE, as in the names of leases. */
  readonly boot: string;
  /** The same as versions without `machine` wrote it. */
  readonly oldBoot: string;
  /** When this run started; milliseconds since 1970 by the clock as it is set now. */
  readonly started: number;
}

const longestName = 64;
const nodeName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** The unit of times in /proc/PID/stat: USER_HZ is 100 on every architecture Debian has Ganeti for. */
const ticksPerSecond = 100;

let known: NodeIdentity | undefined;

/**
 * This node, as long as this process runs. Throws a Failure of kind environment when the node has no machine id or no
 * usable name.
 */
export function thisNode(): NodeIdentity {
  known ??= identify();
  return known;
}

function identify(): NodeIdentity {
  const machine = thisMachine();
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').replaceAll('-', '');
  // proc(5): field 22, counted after the command's name, which ends at the last parenthesis.
  const start = Number(readFileSync('/proc/1/stat', 'utf8').split(') ').at(-1)?.split(' ')[19] ?? 0);
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list?.map(({ address }) => address) ?? []);
  return {
    name: nameOfNode(hostname(), addresses, ganetiAddresses()),
    hostName: hostname(),
    machine,
    boot: `${runOf(bootId, start)}-${machine}`,
    oldBoot: `${bootId.slice(0, 12)}-${start}`,
    started: startOfKernel() + (start * 1000) / ticksPerSecond,
  };
}

/**
 * The name of the node that has some addresses, in lists of `NAME ADDRESS`, the most reliable list first; the host name
 * where none of them says it. Throws a Failure of kind environment when the name cannot be part of a file's name.
 */
export function nameOfNode(
  hostName: string,
  addresses: readonly string[],
  lists: readonly (readonly string[])[],
): string {
  for (const list of lists) {
    const pairs = list.map((line) => line.split(' '));
    const names = pairs.flatMap(([name = '', address = '']) => (addresses.includes(address) ? [name] : []));
    // A node has the address of another one only while that one is taken over: then its own name is the host name.
    const [name] = names.length > 1 ? names.filter((each) => isSameNode(each, hostName, names)) : names;
    if (name !== undefined && isUsable(name)) return name;
  }
  if (isUsable(hostName)) return hostName;
  throw new Failure('environment', `the host name ${quote(hostName)} cannot be the name of a node`);
}

function isUsable(name: string): boolean {
  return name.length <= longestName && nodeName.test(name);
}

/**
 * What tells this run of the machine from an earlier one, 8 hexadecimal digits: the kernel's boot id, and when process
 * 1 started, since a container has the boot id of its host.
 */
function runOf(bootId: string, start: number): string {
  return ((Number.parseInt(bootId.slice(0, 8), 16) ^ start) >>> 0).toString(16).padStart(8, '0');
}

function startOfKernel(): number {
  return Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? 0) * 1000;
}

/** The machine in what tells a run of it; undefined in one that a version without it wrote. */
export function machineIn(boot: string): string | undefined {
  return /^[0-9a-f]{8}-([0-9a-f]{12})$/.exec(boot)?.[1];
}

/**
 * What this node puts into the names of files that it is making on a volume, so that no other node takes them for its
 * own: NODE+MACHINE. A long name of the node is cut, so that there is room for that of an image.
 */
export function writerHere(): string {
  const { name, machine } = thisNode();
  return `${name.slice(0, 50)}+${machine}`;
}

/** The name of a node in such a text, or in the plain name that earlier versions wrote. */
export function nameOfWriter(writer: string): string {
  return writer.split('+', 1)[0] ?? '';
}
