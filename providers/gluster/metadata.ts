import { hostname } from 'node:os';
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
  /** For an image that was made as a clone: what it is a copy of. */
  readonly cloneOf?: string;
  /** For an image that was a file on the volume before: its path from the root of the volume. */
  readonly adoptedFrom?: string;
}

/** Reads the image.json in a directory. A damaged one reads as empty: the data of an image is worth more than its label. */
export function readMetadata(directory: string): ImageMetadata {
  const object = parseObject(readIfThere(`${directory}/image.json`) ?? '') ?? {};
  const fields = [
    'uuid',
    'diskName',
    'info',
    'created',
    'createdBy',
    'snapshotOf',
    'snapshotState',
    'cloneOf',
    'adoptedFrom',
  ] as const;
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
