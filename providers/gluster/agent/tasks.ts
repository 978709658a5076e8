import { dirname } from 'node:path';
import { type KnownPool, knownPoolsText, parseKnownPools, poolsFile } from '#gluster/configuration/known-pools.ts';
import { type GroupMember, membersText, nodeGroupsFile, parseMembers } from '#gluster/ganeti/node-groups.ts';
import type { TlsFacts } from '#gluster/glusterd/tls.ts';
import type { BrickFile } from '#gluster/pool/compare.ts';
import type { Dependencies } from '#gluster/pool/newcomers.ts';
import { Failure } from '#src/errors.ts';
import { makeDirectory, readIfThere, replaceShared } from '#src/files.ts';
import { isLocked, sweepLock } from '#src/lock.ts';
import type { Bytes } from '#src/units.ts';
import { type BrickPlace, brickFiles, type Digest, digestsOf, pathsIn, usageOf } from './brick-files.ts';
import {
  type BrickPorts,
  brickPortsHere,
  type Listening,
  listenHere,
  type PortAt,
  reachFromHere,
} from './brick-ports.ts';
import { type BrickProcess, brickProcesses, endBrick, type PeerBrick } from './brick-process.ts';
import { dependenciesHere, installHere, type Wanted } from './dependencies.ts';
import { type DevicePlace, makeDeviceSlot, offerOfDevice } from './devices.ts';
import { endHealers } from './healers.ts';
import { hiddenBy } from './new-pool.ts';
import { type GlusterdFacts, glusterdHere, glusterdsAt } from './newcomer.ts';
import { type OpenFiles, type OpenPlace, openFiles } from './open-files.ts';
import { type Marks, marksOf, type NewPlace, newPlace, retireBrick } from './places.ts';
import { deleteRemoved, type RemovedBrick, removedHere } from './removed-bricks.ts';
import { type SeenVolume, seenVolume } from './seen-volume.ts';
import { dropSlot, makeSlot, offerOf, type Slot, type SlotOffer, slotsHere } from './slots.ts';
import { tlsHere } from './tls.ts';
import { wakeMounts } from './wake.ts';

/** What a node can be asked for: the name of each task, what it is told, and what it answers. All of it is JSON. */
export interface Tasks {
  /** The UUID of its glusterd; null where it never had one. */
  readonly peer: { readonly asks: object; readonly answers: string | null };
  readonly 'brick digests': { readonly asks: BrickPlace; readonly answers: readonly Digest[] };
  readonly 'brick paths': {
    readonly asks: BrickPlace & { readonly parts: readonly number[] };
    readonly answers: readonly string[];
  };
  readonly 'brick files': {
    readonly asks: BrickPlace & { readonly paths: readonly string[] };
    readonly answers: Readonly<Record<string, BrickFile>>;
  };
  readonly 'brick marks': { readonly asks: BrickPlace; readonly answers: Marks };
  /** How many bytes the files of a brick take. */
  readonly 'brick usage': { readonly asks: BrickPlace; readonly answers: Bytes };
  readonly 'brick processes': { readonly asks: PeerBrick; readonly answers: readonly BrickProcess[] };
  /** Ends the process of a brick, which has this number, and serves no other brick. */
  readonly 'end brick': { readonly asks: PeerBrick & { readonly pid: number }; readonly answers: true };
  readonly 'open files': { readonly asks: OpenPlace; readonly answers: OpenFiles };
  /** Renames a brick that its volume has left; where it is now. */
  readonly 'retire brick': { readonly asks: BrickPlace; readonly answers: string };
  readonly 'new place': { readonly asks: { readonly path: string }; readonly answers: NewPlace };
  /** Whether a process of it has a lock now. */
  readonly 'change lock': { readonly asks: { readonly name: string }; readonly answers: boolean };
  readonly slots: { readonly asks: object; readonly answers: readonly Slot[] };
  readonly 'slot offer': { readonly asks: SlotPlace; readonly answers: SlotOffer };
  readonly 'device offer': { readonly asks: DevicePlace; readonly answers: SlotOffer };
  /** Makes a file system on a device. */
  readonly 'make device slot': { readonly asks: DevicePlace; readonly answers: Slot };
  readonly 'make slot': { readonly asks: SlotPlace; readonly answers: Slot };
  readonly 'drop slot': { readonly asks: Pick<Slot, 'directory' | 'id'>; readonly answers: true };
  /** What volumes left in its slots. */
  readonly 'removed bricks': { readonly asks: object; readonly answers: readonly RemovedBrick[] };
  readonly 'delete removed': { readonly asks: BrickPlace; readonly answers: true };
  /** Ends the self-heal daemons of its glusterd, which has this UUID; how many there were. */
  readonly 'end healers': { readonly asks: { readonly peer: string }; readonly answers: number };
  /** Has the mounts of a volume take over how it is now; how many there are. */
  readonly 'wake mounts': { readonly asks: { readonly volume: string }; readonly answers: number };
  /** What it lacks to be a server of Gluster. */
  readonly dependencies: { readonly asks: object; readonly answers: Dependencies };
  /** Gives it that. */
  readonly install: { readonly asks: Wanted; readonly answers: true };
  readonly glusterd: { readonly asks: object; readonly answers: GlusterdFacts };
  /** The UUIDs of the glusterds that it meets at some hosts; null where none answers. */
  readonly 'glusterds at': {
    readonly asks: { readonly hosts: readonly string[] };
    readonly answers: Readonly<Record<string, string | null>>;
  };
  readonly 'brick ports': { readonly asks: object; readonly answers: BrickPorts };
  /** Listens for some seconds; how many came. */
  readonly listen: { readonly asks: Listening; readonly answers: number };
  /** Whether it can connect to each of some ports. */
  readonly reach: { readonly asks: { readonly places: readonly PortAt[] }; readonly answers: readonly boolean[] };
  /** What a new pool would take away from it, a sentence each. */
  readonly 'hidden by': { readonly asks: { readonly pool: string }; readonly answers: readonly string[] };
  /** Tells it what every node has to know. */
  readonly know: { readonly asks: Told; readonly answers: true };
  readonly tls: { readonly asks: object; readonly answers: TlsFacts };
  readonly 'seen volume': { readonly asks: { readonly name: string }; readonly answers: SeenVolume };
}

/** A directory that is, or is to become, a slot of a pool. */
interface SlotPlace {
  readonly directory: string;
  readonly pool: string;
}

/** What all nodes are told; what is left out is as it was told before. */
export interface Told {
  readonly pools?: readonly KnownPool[];
  /** The nodes of the cluster. */
  readonly members?: readonly GroupMember[];
}

export type TaskName = keyof Tasks;

type Doing = { readonly [Name in TaskName]: (asks: Tasks[Name]['asks']) => Promise<Tasks[Name]['answers']> };

const doing: Doing = {
  peer: async () => peerHere(readIfThere('/var/lib/glusterd/glusterd.info') ?? ''),
  'brick digests': digestsOf,
  'brick paths': async ({ parts, ...place }) => await pathsIn(place, parts),
  'brick files': async ({ paths, ...place }) => await brickFiles(place, paths),
  'brick marks': marksOf,
  'brick usage': usageOf,
  'brick processes': brickProcesses,
  'end brick': ({ pid, ...brick }) => endBrick(brick, pid),
  'open files': openFiles,
  'retire brick': retireBrick,
  'new place': ({ path }) => newPlace(path),
  'change lock': async ({ name }) => {
    await sweepLock(name);
    return isLocked(name);
  },
  slots: async () => slotsHere(),
  'slot offer': async ({ directory, pool }) => offerOf(directory, pool),
  'device offer': offerOfDevice,
  'make device slot': makeDeviceSlot,
  'make slot': async ({ directory, pool }) => makeSlot(directory, pool),
  'removed bricks': removedHere,
  'delete removed': deleteRemoved,
  'drop slot': async ({ directory, id }) => dropSlot(directory, id),
  'end healers': ({ peer }) => endHealers(peer),
  'wake mounts': ({ volume }) => wakeMounts(volume),
  dependencies: dependenciesHere,
  install: installHere,
  glusterd: glusterdHere,
  'glusterds at': ({ hosts }) => glusterdsAt(hosts),
  'brick ports': brickPortsHere,
  listen: listenHere,
  reach: ({ places }) => reachFromHere(places),
  'hidden by': ({ pool }) => hiddenBy(pool),
  know: async ({ pools, members }) => {
    if (pools !== undefined) keep(poolsFile, knownPoolsText(pools), parseKnownPools);
    if (members !== undefined) keep(nodeGroupsFile, membersText(members), parseMembers);
    return true;
  },
  tls: tlsHere,
  'seen volume': ({ name }) => seenVolume(name),
};

/** Writes what this node is told. Throws a Failure of kind invalid for what it could not read again. */
function keep(file: string, text: string, parse: (text: string) => unknown): void {
  if (parse(text) === undefined) throw new Failure('invalid', `this cannot be in ${file}`);
  makeDirectory(dirname(file));
  replaceShared(file, text);
}

/** Does a task on this node. */
export async function perform<Name extends TaskName>(
  name: Name,
  asks: Tasks[Name]['asks'],
): Promise<Tasks[Name]['answers']> {
  return await doing[name](asks);
}

/** The task of a name that came from another node. Throws a Failure of kind invalid when there is none. */
export function taskNamed(name: unknown): TaskName {
  const found = (Object.keys(doing) as TaskName[]).find((one) => one === name);
  if (found === undefined) throw new Failure('invalid', `there is no task ${JSON.stringify(name)}`);
  return found;
}

/** The UUID of the glusterd of this node, from its own file: it need not run. */
export function peerHere(text: string): string | null {
  return /^UUID=([0-9a-f-]{36})$/m.exec(text)?.[1] ?? null;
}
