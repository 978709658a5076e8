import { createHash } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { type BrickFile, isShared, textOf } from '#gluster/pool/compare.ts';
import { errnoOf, Failure } from '#src/errors.ts';
import { commandFailed, run } from '#src/exec.ts';
import { unescapeOctal } from '#src/mounts.ts';
import { statOf, typedEntriesOf } from '#src/trees.ts';
import type { Bytes } from '#src/units.ts';

/** A brick of this node. Its path is a name only: the UUID of the volume, which its root has, identifies it. */
export interface BrickPlace {
  readonly volume: string;
  readonly path: string;
}

/** What tells a part of a brick's files from another one's. Two that are the same have the same digests. */
export interface Digest {
  readonly files: number;
  readonly all: string;
  /** The same without sizes, for a brick without data. */
  readonly withoutSizes: string;
}

/** So many parts the paths of a brick fall into. */
const parts = 256;

/** So many files getfattr is given at once: what it prints has to fit into memory. */
const atOnce = 500;

/** The digests of all files of a brick: one for each part of the paths. */
export async function digestsOf(place: BrickPlace): Promise<readonly Digest[]> {
  await requireBrick(place);
  const byPart = Array.from({ length: parts }, () => ({
    files: 0,
    all: createHash('sha256'),
    withoutSizes: createHash('sha256'),
  }));
  for (const paths of chunksOf(pathsBelow(place.path)))
    for (const [path, file] of Object.entries(await filesAt(place.path, paths))) {
      const part = byPart[partOf(path)];
      if (part === undefined) continue;
      part.files += 1;
      part.all.update(`${JSON.stringify(path)} ${textOf(file)}\n`);
      part.withoutSizes.update(`${JSON.stringify(path)} ${textOf(file, { but: 'size' })}\n`);
    }
  return byPart.map(({ files, all, withoutSizes }) => ({
    files,
    all: all.digest('base64'),
    withoutSizes: withoutSizes.digest('base64'),
  }));
}

/** How much room the files of a brick take. */
export async function usageOf(place: BrickPlace): Promise<Bytes> {
  await requireBrick(place);
  const paths = pathsBelow(place.path).map((path) => statOf(`${place.path}/${path}`));
  return paths.reduce((sum, status) => sum + Number(status?.blocks ?? 0n) * 512, 0);
}

/** The paths of a brick that belong to some parts. */
export async function pathsIn(place: BrickPlace, wanted: readonly number[]): Promise<readonly string[]> {
  await requireBrick(place);
  return pathsBelow(place.path).filter((path) => wanted.includes(partOf(path)));
}

/** What a brick has at some paths; what is not there is left out. */
export async function brickFiles(
  place: BrickPlace,
  paths: readonly string[],
): Promise<Readonly<Record<string, BrickFile>>> {
  await requireBrick(place);
  const found: Record<string, BrickFile> = {};
  for (const chunk of chunksOf(paths)) Object.assign(found, await filesAt(place.path, chunk));
  return found;
}

/**
 * Throws a Failure of kind unavailable for a directory that is not a brick of the volume: its file system may not be
 * mounted.
 */
export async function requireBrick({ volume, path }: BrickPlace): Promise<void> {
  const found = await volumeOfBrick(path);
  if (found === volume) return;
  throw new Failure('unavailable', `${path} is not a brick of the volume with UUID ${volume}`, {
    problems: [found === undefined ? 'it does not have the mark of a brick' : 'it is a brick of another volume'],
    hint: `findmnt --target ${path}`,
  });
}

/** The UUID of the volume that a directory is a brick of, or was; undefined for what never was one. */
export async function volumeOfBrick(path: string): Promise<string | undefined> {
  const name = 'trusted.glusterfs.volume-id';
  const attributes = statOf(path)?.isDirectory() === true ? (await attributesOf([path], name)).get(path) : undefined;
  const [, ...parts] = /^0x(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(attributes?.[name] ?? '') ?? [];
  return parts.length === 0 ? undefined : parts.join('-');
}

/** Everything below a brick that clients see, in one order on all bricks. Paths are relative. */
function pathsBelow(root: string): readonly string[] {
  const paths: string[] = [];
  const add = (directory: string): void => {
    for (const entry of typedEntriesOf(`${root}/${directory}`).toSorted(byName)) {
      // What glusterfsd has for itself: names of files by their gfid, and those that were unlinked while they healed.
      if (directory === '' && entry.name.startsWith('.glusterfs')) continue;
      paths.push(`${directory}${entry.name}`);
      if (entry.isDirectory()) add(`${directory}${entry.name}/`);
    }
  };
  add('');
  return paths;
}

function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name < other.name ? -1 : 1;
}

async function filesAt(root: string, paths: readonly string[]): Promise<Readonly<Record<string, BrickFile>>> {
  const found = paths.flatMap((path) => {
    const status = statOf(`${root}/${path}`);
    return status === undefined ? [] : [{ path, status }];
  });
  const attributes = await attributesOf(found.map(({ path }) => `${root}/${path}`));
  const entries = found.map(({ path, status }) => {
    const file: BrickFile = {
      mode: status.mode.toString(8),
      owner: `${status.uid}:${status.gid}`,
      size: status.isFile() ? Number(status.size) : 0,
      ...(status.isSymbolicLink() ? { link: linkAt(`${root}/${path}`) } : {}),
      attributes: attributes.get(`${root}/${path}`) ?? {},
    };
    return [path, file] as const;
  });
  return Object.fromEntries(entries);
}

/** Where a link leads; nowhere when it vanished meanwhile: the next look finds that. */
function linkAt(path: string): string {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (['ENOENT', 'EINVAL'].includes(errnoOf(error) ?? '')) return '';
    throw error;
  }
}

/** The shared attributes of files by their paths. One that vanishes meanwhile is left out. */
async function attributesOf(
  paths: readonly string[],
  only?: string,
): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
  if (paths.length === 0) return new Map();
  const which = only === undefined ? ['--dump', '--match=^trusted\\.'] : [`--name=${only}`];
  const argv = ['getfattr', '--no-dereference', '--absolute-names', '--encoding=hex', ...which, '--', ...paths];
  const result = await run(argv);
  // 1: it could not read one of them, or one lacks the attribute.
  if (result.exitCode !== 0 && result.exitCode !== 1)
    throw commandFailed({ ...result, argv: argv.slice(0, -paths.length) });
  return parseAttributes(result.stdout);
}

/** Reads what getfattr prints: a block per file, whose name is escaped by octal digits. */
export function parseAttributes(text: string): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const found = new Map<string, Record<string, string>>();
  let attributes: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const [, file] = /^# file: (.*)$/.exec(line) ?? [];
    if (file !== undefined) {
      attributes = {};
      found.set(unescapeOctal(file), attributes);
    }
    const [, name, value = ''] = /^(trusted\.[^=]+)(?:=(.*))?$/.exec(line) ?? [];
    if (name !== undefined && isShared(name)) attributes[name] = value;
  }
  return found;
}

function partOf(path: string): number {
  return createHash('sha256').update(path).digest()[0] ?? 0;
}

function chunksOf(paths: readonly string[]): readonly (readonly string[])[] {
  const chunks: (readonly string[])[] = [];
  for (let first = 0; first < paths.length; first += atOnce) chunks.push(paths.slice(first, first + atOnce));
  return chunks;
}
