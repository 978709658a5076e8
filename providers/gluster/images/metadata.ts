import type { Pool } from '#gluster/configuration/pool.ts';
import { thisCluster } from '#gluster/ganeti/cluster.ts';
import { thisNode } from '#gluster/ganeti/this-node.ts';
import { errnoOf, Failure } from '#src/errors.ts';
import { parseObject, textField, writeFileAtomic } from '#src/files.ts';
import { readSmallFile } from '#src/small-file.ts';
import type { Preallocation } from '#src/tools/qemu-img.ts';
import { preallocations } from '#src/tools/qemu-img.ts';

/** Much more than there ever is in an image.json. */
const mostBytes = 64 * 1024;

/** What is kept with an image in its image.json, so that it can be told without Ganeti's configuration. */
export interface ImageMetadata {
  /** UUID of Ganeti's disk. */
  readonly uuid?: string;
  /** The name the administrator gave Ganeti's disk. */
  readonly diskName?: string;
  /** What setinfo was given: originstname+INSTANCE. */
  readonly info?: string;
  readonly preallocation: Preallocation;
  /** The pool it was made in. */
  readonly pool?: string;
  /** The Ganeti cluster that it was made by, as far as the node knew, see ganeti/cluster.ts. */
  readonly cluster?: string;
  readonly clusterName?: string;
  readonly nodeGroups?: string;
  /** When and on which node it was made; ISO 8601. */
  readonly created?: string;
  readonly createdBy?: string;
  /** For a snapshot: what it is a copy of. */
  readonly snapshotOf?: string;
  /** For a snapshot: the moment of the source it was made of, see momentOf. */
  readonly snapshotState?: string;
  /** For an image that was made as a clone: what it is a copy of. */
  readonly cloneOf?: string;
  /** For an image that was a file on the volume before: its path from the root of the volume. */
  readonly adoptedFrom?: string;
}

/** What an image.json says, and what is wrong with it. */
export interface Label {
  readonly metadata: ImageMetadata;
  /** Why it says nothing, for a sentence; undefined for a good one, and where there is none. */
  readonly damage: string | undefined;
}

/** What an image that is made now, by this node, belongs to: the configuration of a later day need not say the same. */
export function belonging(
  pool: Pick<Pool, 'name'>,
): Pick<ImageMetadata, 'pool' | 'cluster' | 'clusterName' | 'nodeGroups'> {
  return { pool: pool.name, ...thisCluster() };
}

/**
 * Reads the image.json in a directory. A damaged one reads as empty: the data of an image is worth more than its label.
 */
export function readMetadata(directory: string): ImageMetadata {
  return readLabel(directory).metadata;
}

/** The same, for those that tell what is damaged. */
export function readLabel(directory: string): Label {
  const found = readSmallFile(`${directory}/image.json`, mostBytes);
  const object = found?.damage === undefined ? parseObject(found?.text ?? '{}') : undefined;
  return { metadata: metadataIn(object ?? {}), damage: found?.damage ?? (object ? undefined : 'not a JSON object') };
}

function metadataIn(object: Readonly<Record<string, unknown>>): ImageMetadata {
  const fields = [
    'uuid',
    'pool',
    'cluster',
    'clusterName',
    'nodeGroups',
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

/**
 * Replaces the image.json in a directory in one step, whatever it is. Throws a Failure of kind exists where it is a
 * directory, which nothing but a person takes away.
 */
export function writeMetadata(directory: string, metadata: ImageMetadata): void {
  const text = `${JSON.stringify({ format: 1, ...metadata }, undefined, 2)}\n`;
  try {
    writeFileAtomic(`${directory}/image.json`, text, `.${thisNode().machine}`);
  } catch (error) {
    if (errnoOf(error) !== 'EISDIR') throw error;
    throw new Failure('exists', `${directory}/image.json is a directory`, {
      hint: `ls -laR ${directory}/image.json*; if nobody needs what is in there, remove it`,
      cause: error,
    });
  }
}
