import { rmSync } from 'node:fs';
import { provider } from '#gluster/provider.ts';
import { workerVariable } from '#src/supervise.ts';
import { brickDirectory } from '../lab/bricks.ts';
import { createVolume } from '../lab/gluster.ts';
import type { LabNode } from '../lab/node.ts';
import { providerDirectory } from '../lab/provider.ts';
import { configurationText, spots, usual, volumes } from './configurations.ts';
import { startMachine } from './machine.ts';
import type { Ran, Root } from './protocol.ts';
import { loginEnvironment, type Remote, startRemote } from './remote.ts';

/** Some nodes with directories of their own on the two volumes: one sequence at a time is tried on it. */
export interface Lane {
  readonly number: number;
  /** Where the harness sees the volumes, as an administrator's own mount. */
  readonly harness: Remote;
  readonly nodes: readonly Remote[];
  /** The directory of the lane on a volume, for the harness. */
  readonly at: (volume: string) => string;
  /** A directory of the lane, for `tree`. */
  readonly rootOf: (volume: string, directory: string) => Root;
  readonly end: () => Promise<void>;
}

export const mountRoot = '/mnt/model';

/**
 * What a file of the two volumes is cut into: the least that Gluster takes, so that small images have several pieces.
 */
const shards = { 'features.shard': 'on', 'features.shard-block-size': '4MB' };

/** Makes the two volumes, and mounts them for the harness. */
export async function makeVolumes(node: LabNode): Promise<void> {
  // Neither the kernel nor Gluster's md-cache may tell what was true a second ago.
  const fresh = 'attribute-timeout=0,entry-timeout=0,negative-timeout=0,xlator-option=*md-cache.md-cache-timeout=0';
  for (const name of volumes) {
    await createVolume({ name, nodes: [node], brickMebibytes: 2048, settings: shards });
    await node.exec(['mkdir', '-p', `${mountRoot}/${name}`]);
    await node.exec(['mount', '-t', 'glusterfs', '-o', fresh, `${node.fqdn}:/${name}`, `${mountRoot}/${name}`]);
  }
}

/** Takes them away again. */
export async function removeVolumes(node: LabNode): Promise<void> {
  for (const name of volumes) {
    const script =
      'umount "$1/$2"; gluster --mode=script volume stop "$2" force; gluster --mode=script volume delete "$2"';
    await node.exec(['sh', '-c', script, 'sh', mountRoot, name], { timeLimit: 120_000 });
    await node.exec(['umount', `/bricks/${name}`]);
    rmSync(`${node.directory}/bricks/${name}.img`);
  }
}

/** Starts the nodes of a lane; each has every volume of every pool mounted as long as the lane lives. */
export async function startLane(node: LabNode, number: number, count: number): Promise<Lane> {
  const harness = startRemote(node);
  const at = (volume: string): string => `${mountRoot}/${volume}/lane${number}`;
  const rootOf = (volume: string, directory: string): Root => ({
    root: `${at(volume)}/${directory}`,
    brick: `${brickDirectory(volume)}/lane${number}/${directory}`,
  });
  for (const volume of volumes) await harness.shell('mkdir -p "$1/hand" "$1/foreign"', at(volume));
  const nodes = Array.from({ length: count }, (_, index) => startMachine(node, hostName(number, index, 0)));
  const lane = {
    number,
    harness,
    nodes,
    at,
    rootOf,
    end: async (): Promise<void> => {
      for (const remote of nodes) await detachAll(remote);
      for (const remote of [...nodes, harness]) await remote.end();
      await node.exec(['sh', '-c', 'rm -rf "$1"/*/lane"$2"', 'sh', mountRoot, String(number)]);
    },
  };
  await Promise.all(nodes.map((remote, index) => keepMounted(lane, remote, index)));
  return lane;
}

/** Frees the loop devices of a node without asking the provider; those whose file contains a text. */
export async function detachAll(remote: Remote, text = ''): Promise<void> {
  const { devices } = await remote.here();
  for (const { device, file } of devices) if (file.includes(text)) await remote.shell('losetup --detach "$1"', device);
}

/** What a node of a lane is called after it was renamed that often. */
export function hostName(lane: number, index: number, renamed: number): string {
  return `lane${lane}n${index + 1}${renamed === 0 ? '' : `r${renamed}`}`;
}

/**
 * Calls a verb as Ganeti does. One that never answers without its worker is called as that: the process between only
 * relays, and half of the time goes to it.
 */
export async function callVerb(
  remote: Remote,
  verb: string,
  variables: Readonly<Record<string, string>>,
): Promise<Ran> {
  const always = { LC_ALL: 'C', EXTP_PROVIDER: 'gluster', EXTP_ACCESS: 'kernelspace' };
  const worker = verb in provider.quick ? {} : { [workerVariable]: verb };
  return await remote.run([`${providerDirectory}/${verb}`], { ...always, ...worker, ...variables });
}

/** Calls gnt-gluster as an administrator does. */
export async function callTool(remote: Remote, args: readonly string[]): Promise<Ran> {
  return await remote.run([`${providerDirectory}/gnt-gluster`, ...args], loginEnvironment);
}

/** An attached image on each mount keeps it, so that a call takes a tenth of a second and not one. */
async function keepMounted(lane: Lane, remote: Remote, index: number): Promise<void> {
  await remote.put('/etc/ganeti/gluster.toml', configurationText(usual, lane.number));
  for (const { pool, volume } of spots(usual)) {
    const variables = { VOL_NAME: anchorName(lane.number, index, pool, volume), EXTP_POOL: pool, EXTP_VOLUME: volume };
    for (const verb of ['create', 'attach']) {
      const { exitCode, stderr } = await callVerb(remote, verb, { ...variables, VOL_SIZE: '4' });
      if (exitCode !== 0) throw new Error(`${verb} of an anchor: exit ${exitCode}: ${stderr}`);
    }
  }
}

function anchorName(lane: number, index: number, pool: string, volume: string): string {
  return `anchor${lane}-${index}-${pool}-${volume}.ext.disk0`;
}
