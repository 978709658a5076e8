import { addBrick, brickDirectory, type SectorSize } from './bricks.ts';
import type { LabNode } from './node.ts';
import { poll } from './process.ts';

/** What a volume is to be. */
export interface VolumeOptions {
  readonly name: string;
  /** One brick on each of these nodes, all of them copies of one another. */
  readonly nodes: readonly LabNode[];
  /** What the servers are called, node by node: the names of the nodes unless told. */
  readonly hosts?: readonly string[];
  /** The size of each brick: 20 GiB unless told, 300 MiB or more. */
  readonly brickMebibytes?: number;
  /** Of the devices of the bricks: 512 unless told. */
  readonly sectorSize?: SectorSize;
  /** Set on top of those for images of virtual machines. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** The size of a brick unless told. */
export const defaultBrickMebibytes = 20 * 1024;

/** What a volume for images of virtual machines needs; Gluster's own name for the set is "group virt". */
const imageSettings: Readonly<Record<string, string>> = {
  'performance.quick-read': 'off',
  'performance.read-ahead': 'off',
  'performance.io-cache': 'off',
  'performance.low-prio-threads': '32',
  'performance.strict-o-direct': 'on',
  'performance.client-io-threads': 'on',
  'network.remote-dio': 'disable',
  'network.ping-timeout': '20',
  'cluster.server-quorum-type': 'server',
  'cluster.lookup-optimize': 'off',
  'client.event-threads': '4',
  'server.event-threads': '4',
  'server.tcp-user-timeout': '20',
  'server.keepalive-time': '10',
  'server.keepalive-interval': '2',
  'server.keepalive-count': '5',
  'features.shard': 'on',
  'user.cifs': 'off',
};

/** Those that are about copies: Gluster refuses some of them on a volume of one brick. */
const replicaSettings: Readonly<Record<string, string>> = {
  'cluster.eager-lock': 'enable',
  'cluster.quorum-type': 'auto',
  'cluster.data-self-heal-algorithm': 'full',
  'cluster.locking-scheme': 'granular',
  'cluster.shd-max-threads': '8',
  'cluster.shd-wait-qlength': '10000',
  'cluster.choose-local': 'off',
};

/**
 * Without copies nothing keeps two requests that need a new shard apart: the one that comes second can be told that
 * there is none while the first makes it (posix_gfid_heal and shard_common_lookup_shards_cbk of GlusterFS). One thread
 * in the brick does them one after the other.
 */
const singleSettings: Readonly<Record<string, string>> = { 'performance.io-thread-count': '1' };

/** Makes peers of the nodes, which are called as told, and waits until each of them knows all the others. */
export async function joinPeers(nodes: readonly LabNode[], hosts = names(nodes)): Promise<void> {
  const [first] = nodes;
  const [, ...others] = hosts;
  if (first === undefined || others.length === 0) return;
  for (const other of others) await gluster(first, ['peer', 'probe', other]);
  for (const node of nodes) {
    await poll(`${node.name} sees its peers`, 30_000, async () => {
      const { stdout } = await gluster(node, ['peer', 'status'], false);
      return stdout.split('State: Peer in Cluster (Connected)').length === nodes.length ? true : undefined;
    });
  }
}

/** Makes a volume on bricks of its own, and starts it. */
export async function createVolume(options: VolumeOptions): Promise<void> {
  const { name, nodes, brickMebibytes = defaultBrickMebibytes, sectorSize } = options;
  await Promise.all(nodes.map(async (node) => await addBrick(node, name, brickMebibytes, sectorSize)));
  await createVolumeOnBricks(options);
}

/** The same on bricks the nodes have already at /bricks/NAME. */
export async function createVolumeOnBricks(options: VolumeOptions): Promise<void> {
  const { name, nodes } = options;
  const [first] = nodes;
  if (first === undefined) return;
  const replica = nodes.length === 1 ? [] : ['replica', String(nodes.length)];
  const bricks = (options.hosts ?? names(nodes)).map((host) => `${host}:${brickDirectory(name)}`);
  const copies = nodes.length === 1 ? singleSettings : replicaSettings;
  const settings = Object.entries({ ...imageSettings, ...copies, ...options.settings });
  await gluster(first, ['volume', 'create', name, ...replica, ...bricks]);
  await gluster(first, ['volume', 'set', name, ...settings.flat()]);
  await gluster(first, ['volume', 'start', name]);
  await bricksOnline(first, name, nodes.length);
}

function names(nodes: readonly LabNode[]): readonly string[] {
  return nodes.map(({ fqdn }) => fqdn);
}

/** Waits until so many bricks of a volume are online, as a node sees them. */
export async function bricksOnline(node: LabNode, volume: string, count: number): Promise<void> {
  await poll(`${count} bricks of the volume ${volume} are online`, 60_000, async () => {
    const { stdout } = await gluster(node, ['volume', 'status', volume, '--xml'], false);
    const online = stdout.split('<node>').filter((part) => part.includes('/bricks/') && part.includes('<status>1<'));
    return online.length >= count ? true : undefined;
  });
}

/** Warnings and errors at the end of every log of Gluster on a node, and how full its bricks are. */
export async function glusterSays(node: LabNode): Promise<string> {
  const { stdout } = await node.exec(['sh', '-c', glusterComplaints], { timeLimit: 30_000, reject: false });
  return stdout;
}

/** The script that `glusterSays` has a node run. */
export const glusterComplaints = `
df -h /bricks/*
for log in /var/log/glusterfs/*.log /var/log/glusterfs/bricks/*.log; do
  lines=$(tail -n 200 "$log" | grep -E '^\\[[^]]*\\] [CEW] ' | tail -n 15 | cut -c 1-400)
  [ -z "$lines" ] || printf -- '-- %s\\n%s\\n' "$log" "$lines"
done`;

async function gluster(
  node: LabNode,
  args: readonly string[],
  reject = true,
): Promise<{ readonly exitCode: number; readonly stdout: string }> {
  return await node.exec(['gluster', '--mode=script', ...args], { timeLimit: 130_000, reject });
}
