import { randomUUID } from 'node:crypto';
import { mkdirSync, realpathSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Cluster, isOfOtherCluster, thisCluster } from '#gluster/ganeti/cluster.ts';
import { mountOf, sectorSize } from '#gluster/glusterd/bricks.ts';
import { errnoOf, Failure } from '#src/errors.ts';
import { parseObject, readIfThere, removeFileIfThere, textField, writeFileAtomic } from '#src/files.ts';
import { type Mount, mountAt, mounts } from '#src/mounts.ts';
import { entriesOf, statOf } from '#src/trees.ts';
import type { Bytes } from '#src/units.ts';

/**
 * What makes a file system a slot: it lies at its root, so that it is there when the file system is mounted, and only
 * then. A directory of the same name on the root file system is no slot.
 */
const label = '.ganeti-gluster-slot';

/** A file system of this node that has room for one brick of a pool. */
export interface Slot {
  /** It stays when the file system is mounted elsewhere, or its disk is moved to another machine. */
  readonly id: string;
  readonly pool: string;
  /** Where bricks are put. */
  readonly directory: string;
  readonly size: Bytes;
  readonly free: Bytes;
  /** The size of a logical sector of its disk. */
  readonly sector: Bytes;
  /** The file system: major:minor. */
  readonly fileSystem: string;
  /** What is in its directory. */
  readonly entries: readonly string[];
}

/** What a directory would be as a slot. */
export interface SlotOffer {
  /** Why it cannot become one, a sentence each. */
  readonly problems: readonly string[];
  readonly size: Bytes;
  readonly sector: Bytes;
  /** The file system that it lies on: major:minor. */
  readonly fileSystem: string;
  /** It is one of the pool already. */
  readonly isSlot: boolean;
}

/** The slots of this node that belong to this cluster. A file system that is mounted twice counts once. */
export function slotsHere(): readonly Slot[] {
  const slots = new Map<string, Slot>();
  for (const mount of candidates()) {
    const slot = orNothing(() => slotOn(mount));
    if (slot !== undefined && !slots.has(mount.fileSystem)) slots.set(mount.fileSystem, slot);
  }
  return [...slots.values()];
}

/** Looks at a directory of this node that is to become a slot of a pool. */
export function offerOf(directory: string, pool: string): SlotOffer {
  const mount = mountOf(directory, mounts());
  const nothing = { size: 0, sector: 512, fileSystem: '', isSlot: false };
  if (mount === undefined) return { problems: [`${directory} lies on the root file system`], ...nothing };
  const { blocks, bsize } = statfsSync(mount.point);
  const { fileSystem } = mount;
  const facts = { size: blocks * bsize, sector: sectorSize(fileSystem) ?? 512, fileSystem };
  const slot = slotOn(mount);
  if (slot !== undefined && slot.pool === pool && slot.directory === directory)
    return { problems: [], ...facts, isSlot: true };
  const found = statOf(directory);
  const inside = found?.isDirectory() === true ? entriesOf(directory).filter((entry) => entry !== 'lost+found') : [];
  const problems = [
    ...(mount.type === 'xfs' ? [] : [`${mount.point} has ${mount.type}: bricks need XFS`]),
    ...labelProblems(mount),
    ...(slot === undefined ? slotsHere().filter((one) => one.fileSystem === fileSystem) : []).map(
      (one) => `${directory} lies on the file system of the slot ${one.directory}`,
    ),
    ...(found === undefined || found.isDirectory() ? [] : [`${directory} is no directory`]),
    ...(found === undefined && statOf(dirname(directory)) === undefined
      ? [`there is no directory ${dirname(directory)}`]
      : []),
    ...(statOf(dirname(directory)) !== undefined && realpathSync(dirname(directory)) !== dirname(directory)
      ? [`${directory} is reached through a symbolic link: name it as it is called itself`]
      : []),
    ...(inside.length === 0 ? [] : [`${directory} is not empty: it has ${inside.slice(0, 3).join(', ')}`]),
  ];
  return { problems, ...facts, isSlot: false };
}

/** Makes a directory of this node a slot of a pool. Throws a Failure that lists all that is against it. */
export function makeSlot(directory: string, pool: string): Slot {
  const { problems, isSlot } = offerOf(directory, pool);
  const mount = mountOf(directory, mounts());
  if (problems.length > 0 || mount === undefined)
    throw new Failure('unsupported', `${directory} cannot become a slot`, { problems });
  if (!isSlot) {
    if (statOf(directory) === undefined) mkdirSync(directory, { mode: 0o755 });
    const below = directory.slice(mount.point.length).replace(/^\//, '');
    const text = JSON.stringify({ id: randomUUID(), pool, directory: below, ...thisCluster() });
    writeFileAtomic(`${mount.point}/${label}`, `${text}\n`);
  }
  const slot = slotOn(mount);
  if (slot?.directory === directory) return slot;
  throw new Failure('failed', `${directory} did not become a slot`);
}

/** What a file system that gives no answer to a question has is nothing: its bricks are missed, and told of. */
function orNothing<Found>(look: () => Found): Found | undefined {
  try {
    return look();
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}

/** Takes the label of a slot of this node away: it belongs to no pool any more. What is in it stays. */
export function dropSlot(directory: string, id: string): true {
  const mount = candidates().find((one) => orNothing(() => slotOn(one))?.id === id);
  if (mount === undefined) return true;
  if (slotOn(mount)?.directory !== directory)
    throw new Failure('failed', `the slot with UUID ${id} is not at ${directory}`);
  removeFileIfThere(`${mount.point}/${label}`);
  return true;
}

/** What is mounted and can be seen. Nothing of a label on the root file system can be told from what lies above it. */
function candidates(): readonly Mount[] {
  const all = mounts();
  return all.filter((mount) => mount.type === 'xfs' && mount.point !== '/' && mountAt(mount.point, all) === mount);
}

/** The slot on a mounted file system, when it has one of this cluster. */
function slotOn(mount: Mount): Slot | undefined {
  const found = labelOn(mount);
  if (found?.directory === undefined || !isOurs(found.cluster) || !isUuid.test(found.id)) return undefined;
  const { id, pool, directory } = found;
  // A link would lead away from the file system.
  if (statOf(directory)?.dev !== statOf(mount.point)?.dev || realpathSync(directory) !== directory) return undefined;
  const { blocks, bavail, bsize } = statfsSync(mount.point);
  return {
    id,
    pool,
    directory,
    size: blocks * bsize,
    free: bavail * bsize,
    sector: sectorSize(mount.fileSystem) ?? 512,
    fileSystem: mount.fileSystem,
    entries: entriesOf(directory),
  };
}

/** Why a file system that has a label cannot become another slot. */
function labelProblems(mount: Mount): readonly string[] {
  const found = labelOn(mount);
  if (found === undefined) return [];
  const file = `${mount.point}/${label}`;
  if (!isOurs(found.cluster))
    return [`${mount.point} is a slot of cluster ${found.cluster.clusterName ?? 'unknown'}: see ${file}`];
  return [`${mount.point} is a slot of pool ${found.pool} already, with directory ${found.directory}`];
}

const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const isPlainPath = /^(\/[\w@+-][\w.@+-]*)+$/;

/** A label that says nothing of its cluster, as that of a disk from elsewhere may, is not ours. */
function isOurs(theirs: Cluster): boolean {
  return theirs.nodeGroups !== undefined && !isOfOtherCluster(theirs, thisCluster());
}

function labelOn({ point }: Mount) {
  const text = readIfThere(`${point}/${label}`);
  if (text === undefined) return undefined;
  const object = parseObject(text) ?? {};
  const [id = '', pool = '', below] = ['id', 'pool', 'directory'].map((field) => textField(object, field));
  const path = below === undefined ? '' : [point, below].filter((part) => part !== '').join('/');
  const directory = isPlainPath.test(path) ? path : undefined;
  return { id, pool, directory, cluster: clusterIn(object) };
}

function clusterIn(object: Readonly<Record<string, unknown>>): Cluster {
  const fields = ['cluster', 'clusterName', 'nodeGroups'] as const;
  return Object.fromEntries(
    fields.flatMap((field) => [[field, textField(object, field)]].filter(([, value]) => value)),
  );
}
