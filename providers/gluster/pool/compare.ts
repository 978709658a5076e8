import type { Bytes } from '#src/units.ts';

/** What a brick has at a path. */
export interface BrickFile {
  /** Its kind and permissions, as in `st_mode`: octal digits. */
  readonly mode: string;
  /** UID:GID. */
  readonly owner: string;
  /** 0 for what is no file. An arbiter has no data: it is 0 there, too. */
  readonly size: Bytes;
  /** Where a symbolic link leads. */
  readonly link?: string;
  /** The extended attributes of a volume that all its bricks have alike: name to value. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** A brick of a volume, by what a person calls it. */
export interface ComparedBrick {
  readonly name: string;
  readonly arbiter: boolean;
}

/** What bricks have at one path, in the order of the bricks. undefined: nothing. */
export type Copies = readonly (BrickFile | undefined)[];

/**
 * Whether an attribute is the same on all bricks of a volume. What is not: the marks of what another brick misses, the
 * times, which each brick notes for itself, and the signatures of bitrot.
 */
export function isShared(attribute: string): boolean {
  return (
    attribute.startsWith('trusted.') && !own.some((name) => attribute === name || attribute.startsWith(`${name}.`))
  );
}

const own = ['trusted.afr', 'trusted.glusterfs.mdata', 'trusted.bit-rot', 'trusted.pgfid'];

/** How the copies of one path differ, a sentence; undefined when they are the same. */
export function differenceOf(bricks: readonly ComparedBrick[], copies: Copies): string | undefined {
  const names = bricks.map(({ name }) => name);
  const lacking = lackingOf(bricks, copies);
  if (lacking.length > 0)
    return lacking.length === names.length ? undefined : `is missing on ${lacking.join(' and on ')}`;
  const found = copies.filter((copy) => copy !== undefined);
  const unlike = (what: string, values: readonly string[], of = names): string | undefined =>
    new Set(values).size > 1
      ? `${what}: ${of.map((name, index) => `${values[index]} on ${name}`).join(', ')}`
      : undefined;
  const hasData = (_: unknown, index: number): boolean => bricks[index]?.arbiter !== true;
  const attributes = [...new Set(found.flatMap((copy) => Object.keys(copy.attributes)))].sort();
  const differences = [
    unlike(
      'mode',
      found.map(({ mode }) => mode),
    ),
    unlike(
      'owner',
      found.map(({ owner }) => owner),
    ),
    unlike(
      'size',
      found.filter(hasData).map(({ size }) => `${size}`),
      names.filter(hasData),
    ),
    unlike(
      'target',
      found.map(({ link = '(none)' }) => link),
    ),
    ...attributes.map((name) =>
      unlike(
        name,
        found.map((copy) => copy.attributes[name] ?? '(none)'),
      ),
    ),
  ].filter((difference) => difference !== undefined);
  return differences.length === 0 ? undefined : differences.join('; ');
}

/** The bricks that have nothing at a path, by name. */
export function lackingOf(bricks: readonly ComparedBrick[], copies: Copies): readonly string[] {
  return bricks.filter((_, index) => copies[index] === undefined).map(({ name }) => name);
}

/** Whether all bricks have at a path what they had before. */
export function isUnchanged(before: Copies, now: Copies): boolean {
  return before.every((copy, index) => textOf(copy) === textOf(now[index]));
}

/**
 * Whether a guest makes a file larger on all bricks, and nothing else differs: each brick has a change since the look
 * before, and none of them was looked at in the same moment. A brick that misses the changes shows none.
 */
export function growsEverywhere(bricks: readonly ComparedBrick[], before: Copies, now: Copies): boolean {
  const isSteady = (copy: BrickFile | undefined, index: number): boolean => textOf(copy) === textOf(before[index]);
  if (now.some(isSteady)) return false;
  return (
    differenceOf(
      bricks,
      now.map((copy) => copy && withoutSize(copy)),
    ) === undefined
  );
}

/** The shard translator keeps the size of a file in an attribute. */
const sizeAttribute = 'trusted.glusterfs.shard.file-size';

function withoutSize(file: BrickFile): BrickFile {
  const { [sizeAttribute]: _, ...attributes } = file.attributes;
  return { ...file, size: 0, attributes };
}

/** One text for what a brick has at a path: two are the same if their texts are. `but`: without its size. */
export function textOf(file: BrickFile | undefined, { but }: { readonly but?: 'size' } = {}): string {
  if (file === undefined) return '';
  const { mode, owner, size, link = '', attributes } = file;
  const sorted = Object.entries(attributes).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([mode, owner, but === 'size' ? 0 : size, link, sorted]);
}
