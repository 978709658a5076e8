import { randomUUID } from 'node:crypto';
import { cpSync, globSync, mkdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Failure } from '#src/errors.ts';
import { prepareBase } from './base.ts';
import { makeBrickFile } from './bricks.ts';
import { createCluster } from './ganeti.ts';
import { createVolumeOnBricks, defaultBrickMebibytes, joinPeers } from './gluster.ts';
import { prepareGuest } from './guest.ts';
import {
  cacheDirectory,
  filesDirectory,
  hostsFile,
  labDirectory,
  labsDirectory,
  maximumNodes,
  network,
} from './layout.ts';
import { detachLost, detachOrphans, detachUnder, devicesOfNode } from './loops.ts';
import { type LabNode, labNode } from './node.ts';
import { poll, startDetached } from './process.ts';
import { killMarked, pidFromFile } from './processes.ts';
import { type Progress, stopwatch } from './progress.ts';
import { requireAbilities } from './require.ts';
import { type SpecialGluster, secureGluster } from './secure.ts';
import { type LabState, labNames, readState, whileLocked, writeState } from './state.ts';
import { defaultSuite, type Suite, suites } from './suites.ts';

/** What a lab is to be. */
export interface LabOptions {
  readonly name: string;
  readonly nodes: number;
  /** Make a Ganeti cluster, too. Without it, the lab is Gluster servers only, and quicker. */
  readonly ganeti: boolean;
  /** The Debian its nodes have: bookworm unless told. */
  readonly suite?: Suite;
  /** The volume `ganeti` on all nodes: yes unless told. */
  readonly volume?: boolean;
  /** The glusterds of the nodes are peers: yes unless told. Without it there is no volume. */
  readonly peers?: boolean;
  readonly brickMebibytes?: number;
  /** Gluster speaks IPv6 and TLS, and nothing else: no unless told. */
  readonly secure?: boolean;
  readonly progress?: Progress;
}

/** A lab that is up. */
export interface Lab {
  readonly name: string;
  readonly directory: string;
  readonly ganeti: boolean;
  readonly suite: Suite;
  readonly nodes: readonly LabNode[];
  /** The first node: where gnt-* commands run. */
  readonly master: LabNode;
}

/** The volume every lab has unless told otherwise. */
export const volumeName = 'ganeti';

/**
 * Starts a lab and returns when it works. One that runs already is returned as it is, its dead nodes booted; one that
 * was left half made is removed and made anew.
 */
export async function up(options: LabOptions): Promise<Lab> {
  await requireAbilities();
  if (!Number.isInteger(options.nodes) || options.nodes < 1 || options.nodes > maximumNodes) {
    throw new Failure('usage', `a lab has 1 to ${maximumNodes} nodes`);
  }
  return await whileLocked(options.name, async () => {
    const existing = open(options.name);
    if (existing === undefined) {
      await remove(options.name);
      return await make(options);
    }
    const { nodes, ganeti, suite = defaultSuite } = options;
    if (existing.nodes.length !== nodes || existing.ganeti !== ganeti || existing.suite !== suite) {
      const kind = `${existing.ganeti ? 'with' : 'without'} Ganeti, on ${suites[existing.suite].debian}`;
      const size = `${plural(existing.nodes.length)} ${kind}`;
      throw new Failure('exists', `the lab "${options.name}" already runs with ${size}: take it down first`);
    }
    for (const node of existing.nodes) await node.boot();
    return existing;
  });
}

/** The lab of this name, if it was brought up completely and still runs. */
export function open(name: string): Lab | undefined {
  const state = readState(name);
  if (state?.ready !== true || !isRunning(name)) return undefined;
  return describe(state);
}

function isRunning(name: string): boolean {
  const directory = labDirectory(name);
  return pidFromFile(`${directory}/hub.pid`, directory) !== undefined;
}

/** Removes all there is of a lab: running, half made, or left by a killed process. Nothing there is fine, too. */
export async function down(name: string): Promise<void> {
  await requireAbilities();
  await whileLocked(name, async () => {
    await remove(name);
  });
  try {
    rmdirSync(labsDirectory);
  } catch {
    // Another lab is in it.
  }
}

/**
 * Does something for which it has a lab of this name to itself: whatever it brings up is gone afterwards, and so is
 * what an interrupted run left.
 */
export async function inOwnLab<Result>(name: string, action: () => Promise<Result>): Promise<Result> {
  await down(name);
  try {
    return await action();
  } finally {
    await down(name);
  }
}

function describe({ name, nodes, ganeti, suite }: LabState): Lab {
  const directory = labDirectory(name);
  return { name, directory, ganeti, suite, nodes: nodesIn(directory, nodes), master: labNode(directory, 1) };
}

function nodesIn(directory: string, count: number): readonly LabNode[] {
  return Array.from({ length: count }, (_, index) => labNode(directory, index + 1));
}

async function remove(name: string): Promise<void> {
  const directory = labDirectory(name);
  const count = readState(name)?.nodes ?? maximumNodes;
  const pids = nodesIn(directory, count).flatMap((node) => node.pid ?? []);
  const devices = (await Promise.all(pids.map(async (pid) => await devicesOfNode(pid)))).flat();
  await killMarked(directory);
  await detachLost(devices);
  // While another lab runs, what looks lost may be part of its tests.
  if (!labNames().some((other) => other !== name && isRunning(other))) await detachOrphans();
  await detachUnder(directory);
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}

async function make(options: LabOptions): Promise<Lab> {
  const { name, nodes: count, ganeti, peers = true, brickMebibytes = defaultBrickMebibytes } = options;
  const { suite = defaultSuite, volume = peers } = options;
  const step = stopwatch(options.progress);
  mkdirSync(labDirectory(name), { recursive: true, mode: 0o700 });
  mkdirSync(cacheDirectory, { recursive: true, mode: 0o755 });
  const base = await prepareBase({ suite, progress: step });
  const state = { name, nodes: count, ganeti, suite, base, ready: false };
  const lab = describe(state);
  writeState(state);

  // The guest's files first: the nodes see the cache as it is when they start.
  const guest = ganeti ? await prepareGuest() : undefined;
  if (guest !== undefined) step('the guest is there');
  await startHub(lab.directory);
  for (const node of lab.nodes) layOutNode(node, count, base);
  const secure = options.secure === true ? await secureGluster(lab, base) : undefined;
  if (volume) {
    await Promise.all(lab.nodes.map(async (node) => await makeBrickFile(node, volumeName, brickMebibytes)));
  }
  await Promise.all(lab.nodes.map(async (node) => await node.boot()));
  step(`${plural(count)} booted`);

  await Promise.all([
    peers
      ? makeGluster(lab, volume, secure).then(() => {
          step('Gluster works');
        })
      : undefined,
    guest === undefined ? undefined : createCluster(lab.nodes, guest, step),
  ]);
  writeState({ ...state, ready: true });
  return lab;
}

async function makeGluster(lab: Lab, volume: boolean, special: SpecialGluster = {}): Promise<void> {
  await joinPeers(lab.nodes, special.hosts);
  if (volume) await createVolumeOnBricks({ name: volumeName, nodes: lab.nodes, ...special });
}

async function startHub(directory: string): Promise<void> {
  const namespaces = ['unshare', '-m', '-u', '-i', '-n', '-p', '-f', '--'];
  const address = `${network.bridgeAddress}/24`;
  const script = ['sh', `${filesDirectory}/hub.sh`, directory, network.bridge, address];
  startDetached([...namespaces, ...script], `${directory}/hub.log`, directory);
  await poll(`the lab starts, see ${directory}/hub.log`, 20_000, () => pidFromFile(`${directory}/hub.pid`, directory));
}

/** What differs between a node and the machine: names, and no trace of a Gluster or Ganeti of the machine's own. */
function layOutNode(node: LabNode, count: number, base: string): void {
  const { directory, fqdn } = node;
  for (const part of ['upper/etc', 'upper/usr/share/ganeti/os', 'work', 'root', 'bricks']) {
    mkdirSync(`${directory}/${part}`, { recursive: true, mode: 0o755 });
  }
  writeFileSync(`${directory}/upper/etc/hosts`, hostsFile(count));
  writeFileSync(`${directory}/upper/etc/hostname`, `${fqdn}\n`);
  // Machines that were installed one by one: each keeps its own, also when it boots again.
  writeFileSync(`${directory}/upper/etc/machine-id`, `${randomUUID().replaceAll('-', '')}\n`);
  writeFileSync(`${directory}/upper/etc/resolv.conf`, '');
  standInForGsyncd(`${directory}/upper`, base);
  cpSync(`${filesDirectory}/os/dummy`, `${directory}/upper/usr/share/ganeti/os/dummy`, { recursive: true });
}

/**
 * Every call of `gluster` asks the program of geo-replication, in Python, for its version. No lab replicates to another
 * site, and the answer took a fifth of the processors' time.
 */
function standInForGsyncd(upper: string, base: string): void {
  for (const file of globSync(`${base}/usr/lib/*/glusterfs/gsyncd`)) {
    const own = upper + file.slice(base === '/' ? 0 : base.length).replace(/^\/*/, '/');
    mkdirSync(dirname(own), { recursive: true, mode: 0o755 });
    writeFileSync(own, '#!/bin/sh\necho gsyncd.py 4.0.0\n', { mode: 0o755 });
  }
}

function plural(nodes: number): string {
  return nodes === 1 ? '1 node' : `${nodes} nodes`;
}
