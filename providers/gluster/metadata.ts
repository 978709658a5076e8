import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { errnoOf } from '../../src/errors.ts';
import { parseObject, readIfThere, textField, writeFileAtomic } from '../../src/files.ts';
import type { Preallocation } from '../../src/tools/qemu-img.ts';
import { preallocations } from './parameters.ts';

/** What is kept with an image in its image.json, so that it can be told without Ganeti's configuration. */
export interface ImageMetadata {
  /** UUID of Ganeti's disk. */
  readonly uuid?: string;
  /** The name the administrator gave Ganeti's disk. */
  readonly diskName?: string;
  /** What setinfo was given: originstname+INSTANCE. */
  readonly info?: string;
  readonly preallocation: Preallocation;
  /** When and on which node it was made; ISO 8601. */
  readonly created?: string;
  readonly createdBy?: string;
  /** For a snapshot: what it is a copy of. */
  readonly snapshotOf?: string;
  /** For a snapshot: the state of the source it was made from, see sourceState. */
  readonly snapshotState?: string;
}

/** One node's use of an image, noted by open. */
export interface Opening {
  readonly node: string;
  readonly since: string;
  readonly mode: 'exclusive' | 'shared';
}

/** Reads the image.json in a directory. A damaged one reads as empty: the data of an image is worth more than its label. */
export function readMetadata(directory: string): ImageMetadata {
  const object = parseObject(readIfThere(`${directory}/image.json`) ?? '') ?? {};
  const fields = ['uuid', 'diskName', 'info', 'created', 'createdBy', 'snapshotOf', 'snapshotState'] as const;
  const texts = fields.flatMap((field) => {
    const value = textField(object, field);
    return value === undefined ? [] : [[field, value] as const];
  });
  const preallocation = preallocations.find((known) => known === object.preallocation) ?? 'off';
  return { ...Object.fromEntries(texts), preallocation };
}

/** Replaces the image.json in a directory in one step. */
export function writeMetadata(directory: string, metadata: ImageMetadata): void {
  const text = `${JSON.stringify({ format: 1, ...metadata }, undefined, 2)}\n`;
  writeFileAtomic(`${directory}/image.json`, text, `.${hostname()}`);
}

/** Who has the image open, by node. */
export function readOpenings(directory: string): readonly Opening[] {
  let entries: readonly string[];
  try {
    entries = readdirSync(`${directory}/opened`);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
  return entries
    .filter((entry) => entry.endsWith('.json'))
    .flatMap((entry) => {
      const object = parseObject(readIfThere(`${directory}/opened/${entry}`) ?? '') ?? {};
      const [node, since] = [textField(object, 'node'), textField(object, 'since')];
      const mode = object.mode === 'shared' ? 'shared' : 'exclusive';
      return node === undefined || since === undefined ? [] : [{ node, since, mode } as const];
    });
}

/** The opening of this node. */
export function openingHere(directory: string): Opening | undefined {
  return readOpenings(directory).find((opening) => opening.node === hostname());
}

/** The openings by other nodes that do not go together with one of this node; two shared ones do, during a migration. */
export function conflictingOpenings(directory: string, mode: Opening['mode']): readonly Opening[] {
  const others = readOpenings(directory).filter((opening) => opening.node !== hostname());
  return others.filter((other) => mode === 'exclusive' || other.mode === 'exclusive');
}

/** Notes that this node uses the image. An opening of the same mode keeps its time. */
export function writeOpening(directory: string, mode: Opening['mode']): void {
  const node = hostname();
  if (openingHere(directory)?.mode === mode) return;
  mkdirSync(`${directory}/opened`, { recursive: true, mode: 0o700 });
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const opening = { node, since: new Date().toISOString(), mode, boot };
  writeFileAtomic(`${directory}/opened/${node}.json`, `${JSON.stringify(opening)}\n`);
}

/** Notes that this node does not use the image any more. */
export function removeOpening(directory: string): void {
  rmSync(`${directory}/opened/${hostname()}.json`, { force: true });
}
