import { realpathSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrickFile } from '#gluster/pool/compare.ts';
import { openPaths } from '#src/process-tree.ts';
import { brickFiles } from './brick-files.ts';
import { brickProcesses, type PeerBrick } from './brick-process.ts';

/** So often it is looked, with so many milliseconds between: what is read or written by shards is open for a moment. */
const [looks, turn] = [4, 50];

/** A brick of this node, and whether its volume cuts files into shards. */
export interface OpenPlace extends PeerBrick {
  readonly isSharded: boolean;
}

/** How often each file is open, by what identifies it on all bricks, its gfid. */
export type OpenFiles = Readonly<Record<string, number>>;

/**
 * How often clients have each file of a brick of this node open. Its process has a file open as often as clients have,
 * and as long. `volume status NAME fd` shows none with GlusterFS 10.3.
 */
export async function openFiles(brick: OpenPlace): Promise<OpenFiles> {
  const path = realpathSync(brick.path);
  const processes = await brickProcesses(brick);
  const seen: OpenFiles[] = [];
  for (let look = 0; look < looks; look += 1) {
    if (look > 0) await sleep(turn);
    const open = processes.flatMap(({ pid }) => openPaths(pid));
    seen.push(
      await countsOf(
        brick,
        open.flatMap((one) => (one.startsWith(`${path}/`) ? [one.slice(path.length + 1)] : [])),
      ),
    );
  }
  return leastOf(seen);
}

async function countsOf(brick: OpenPlace, open: readonly string[]): Promise<OpenFiles> {
  const files = await brickFiles(brick, [...new Set(open.filter(isFile))]);
  const counts: Record<string, number> = {};
  for (const one of open) {
    const id = identityOf(one, files[one]?.attributes, brick.isSharded);
    if (id !== undefined) counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts;
}

/** Whether it may be a file of a client: below .glusterfs those that are named by a gfid. */
function isFile(path: string): boolean {
  return path !== '.glusterfs' && (!path.startsWith('.glusterfs/') || identityIn(path) !== undefined);
}

/**
 * The gfid of an open file; undefined for what no client opened. A shard is read and written without being opened
 * (shard_common_inode_write_do of shard.c): one that is read all the time is open on that brick alone which answers.
 * Only what is cut into shards has the size of them.
 */
export function identityOf(
  path: string,
  attributes: BrickFile['attributes'] = {},
  isSharded = false,
): string | undefined {
  if (isSharded && attributes['trusted.glusterfs.shard.block-size'] === undefined) return undefined;
  return identityIn(path) ?? gfidIn(attributes['trusted.gfid']);
}

/** How often each file was open at every look. */
export function leastOf(seen: readonly OpenFiles[]): OpenFiles {
  const [first = {}, ...others] = seen;
  const least = Object.entries(first).map(
    ([file, count]) => [file, Math.min(count, ...others.map((one) => one[file] ?? 0))] as const,
  );
  return Object.fromEntries(least.filter(([, count]) => count > 0));
}

/** The gfid in the name that a brick gives a file below .glusterfs. */
export function identityIn(path: string): string | undefined {
  return /^\.glusterfs\/[0-9a-f]{2}\/[0-9a-f]{2}\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(path)?.[1];
}

/** The gfid in the attribute of a file, as getfattr prints it. */
export function gfidIn(attribute = ''): string | undefined {
  const [, ...parts] = /^0x(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(attribute) ?? [];
  return parts.length === 0 ? undefined : parts.join('-');
}
