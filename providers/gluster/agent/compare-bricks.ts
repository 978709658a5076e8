import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ComparedBrick,
  type Copies,
  differenceOf,
  growsEverywhere,
  isUnchanged,
  lackingOf,
} from '#gluster/pool/compare.ts';
import type { Digest } from './brick-files.ts';
import type { Tasks } from './tasks.ts';

/** A brick that can be asked for its files. */
export interface AskedBrick extends ComparedBrick {
  readonly digests: () => Promise<Tasks['brick digests']['answers']>;
  readonly paths: (parts: readonly number[]) => Promise<Tasks['brick paths']['answers']>;
  readonly files: (paths: readonly string[]) => Promise<Tasks['brick files']['answers']>;
}

/** What is not the same on all bricks. */
export interface Difference {
  readonly path: string;
  /** A sentence without its subject, such as `is missing on node3.lab:/brick`. */
  readonly problem: string;
  /** The bricks that have nothing at the path, by name. */
  readonly missingOn: readonly string[];
}

export interface Comparison {
  /** How many files, directories and links the first brick has. */
  readonly files: number;
  readonly differences: readonly Difference[];
  /** The paths that differ, and that some bricks and not all had changed at each look. */
  readonly changing: readonly string[];
  /** So much differs that the rest was not looked at. */
  readonly isPart: boolean;
}

/** How it is looked: milliseconds between two looks, how often at most, and how many files. */
export const looks = { pause: 2000, most: 15, files: 5000 };

/**
 * Compares what the bricks of a volume have. Guests may write meanwhile, and the bricks are not looked at in the same
 * moment: a difference counts when the next look finds it again, and no brick changed the file between the two. A file
 * that a guest makes larger all the time may have another size on each: then every brick has to have the changes.
 */
export async function compareBricks(bricks: readonly AskedBrick[], limits = looks): Promise<Comparison> {
  const digests = await Promise.all(bricks.map((brick) => brick.digests()));
  const files = digests[0]?.reduce((sum, digest) => sum + digest.files, 0) ?? 0;
  const differences: Difference[] = [];
  const changing: string[] = [];
  for (const parts of batchesOf(bricks, digests, limits.files)) {
    if (differences.length >= limits.files) return { files, differences, changing, isPart: true };
    const listed = await Promise.all(bricks.map((brick) => brick.paths(parts)));
    const found = await settle(bricks, [...new Set(listed.flat())], limits);
    differences.push(...found.differences);
    changing.push(...found.changing);
  }
  return { files, differences, changing, isPart: false };
}

/** Looks at some paths until of each it is known whether it differs, or the looks are used up. */
async function settle(bricks: readonly AskedBrick[], paths: readonly string[], limits: typeof looks) {
  let open = new Map<string, Copies | undefined>(paths.map((path) => [path, undefined]));
  const differences: Difference[] = [];
  for (let look = 0; look < limits.most && open.size > 0; look += 1) {
    if (look > 0) await sleep(limits.pause);
    const now = await lookAt(bricks, [...open.keys()]);
    const next = new Map<string, Copies | undefined>();
    for (const [path, before] of open) {
      const copies = now.get(path) ?? [];
      const problem = differenceOf(bricks, copies);
      if (problem === undefined) continue;
      if (before !== undefined && isUnchanged(before, copies))
        differences.push({ path, problem, missingOn: lackingOf(bricks, copies) });
      else if (before === undefined || !growsEverywhere(bricks, before, copies)) next.set(path, copies);
    }
    open = next;
  }
  return { differences, changing: [...open.keys()] };
}

/** The parts of the paths that are not the same on all bricks, in batches of not too many files. */
function batchesOf(
  bricks: readonly ComparedBrick[],
  digests: readonly (readonly Digest[])[],
  most: number,
): readonly (readonly number[])[] {
  const batches: number[][] = [];
  let files = Number.POSITIVE_INFINITY;
  for (const part of digests[0]?.keys() ?? []) {
    const here = digests.map((brick) => brick[part]);
    const withData = here.filter((_, index) => bricks[index]?.arbiter !== true);
    const isAlike =
      new Set(here.map((digest) => digest?.withoutSizes)).size === 1 &&
      new Set(withData.map((digest) => digest?.all)).size === 1;
    if (isAlike) continue;
    const size = Math.max(...here.map((digest) => digest?.files ?? 0));
    if (files + size > most) {
      batches.push([]);
      files = 0;
    }
    batches.at(-1)?.push(part);
    files += size;
  }
  return batches;
}

async function lookAt(bricks: readonly AskedBrick[], paths: readonly string[]): Promise<ReadonlyMap<string, Copies>> {
  const found = await Promise.all(bricks.map((brick) => brick.files(paths)));
  return new Map(paths.map((path) => [path, found.map((files) => files[path])]));
}
