import { rmSync } from 'node:fs';
import type { Server } from '#gluster/configuration/servers.ts';
import { parseServers } from '#gluster/glusterd/remembered.ts';
import { asFailure } from '#src/errors.ts';
import { parseObject, readIfThere, textField, writeFileAtomic } from '#src/files.ts';
import { makeRunDirectory, runDirectory } from '#src/run-directory.ts';
import { entriesOf } from '#src/trees.ts';

/**
 * What this node remembers of an image while it uses it, so that attach can answer without asking anyone. It is never
 * believed without a look at the kernel: see attachedRecord in attachments.ts.
 */
export interface ImageRecord {
  readonly pool: string;
  readonly volume: string;
  /** The image's file below the volume's root: DIRECTORY/NAME/disk. */
  readonly path: string;
  readonly servers: readonly Server[];
  /** The loop device it was attached to. */
  readonly device?: string;
  /**
   * The inode of the file that was attached, as decimal digits: the path alone does not say whether it is the image's.
   */
  readonly inode?: string;
  /** What the kernel counted for that attachment, see deviceSequence. */
  readonly sequence?: string;
  /** How this node opened it. No other node removes or replaces an image that is open: attach then need not look. */
  readonly lease?: 'exclusive' | 'shared';
}

/** The record of an image, or undefined when there is none or it cannot be read. */
export function readRecord(name: string): ImageRecord | undefined {
  const object = parseObject(readIfThere(recordPath(name)) ?? '');
  if (object === undefined) return undefined;
  const [pool, volume, path] = ['pool', 'volume', 'path'].map((field) => textField(object, field));
  if (pool === undefined || volume === undefined || path === undefined) return undefined;
  const lease = (['exclusive', 'shared'] as const).find((mode) => mode === object.lease);
  return {
    pool,
    volume,
    path,
    servers: parseServers(object.servers),
    ...optional(object, 'device'),
    ...optional(object, 'inode'),
    ...optional(object, 'sequence'),
    ...(lease === undefined ? {} : { lease }),
  };
}

/** Remembers an image until this node boots or forgets it. */
export function writeRecord(name: string, record: ImageRecord): void {
  makeRunDirectory('images');
  writeFileAtomic(recordPath(name), JSON.stringify(record));
}

/**
 * Remembers an image without its lease: whoever attaches it next looks whether it is still there. Where that cannot be
 * written it is forgotten, which is as good.
 */
export function forgetOpened(name: string): void {
  const record = readRecord(name);
  if (record?.lease === undefined) return;
  const { lease: _, ...rest } = record;
  try {
    writeRecord(name, rest);
  } catch (error) {
    if (asFailure(error)?.kind !== 'full') throw error;
    forgetRecord(name);
  }
}

/** The names of all images that this node remembers. */
export function recordedNames(): readonly string[] {
  return entriesOf(`${runDirectory}/images`).filter((entry) => !entry.endsWith('.new'));
}

/** Forgets an image. */
export function forgetRecord(name: string): void {
  rmSync(recordPath(name), { force: true });
}

function optional<Field extends string>(
  object: Readonly<Record<string, unknown>>,
  field: Field,
): { readonly [Name in Field]?: string } {
  const value = textField(object, field);
  return value === undefined ? {} : ({ [field]: value } as { [Name in Field]?: string });
}

function recordPath(name: string): string {
  return `${runDirectory}/images/${name}`;
}
