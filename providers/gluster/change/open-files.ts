import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '#gluster/agent/ask.ts';
import type { OpenFiles } from '#gluster/agent/open-files.ts';
import type { PeerNodes } from '#gluster/agent/peer-nodes.ts';
import { isOff } from '#gluster/glusterd/options.ts';
import { nameOf, type Volume } from '#gluster/glusterd/volumes.ts';
import { nodeOf } from './nodes.ts';

/** Between two looks, and how often it is looked: a file may just be opened or closed. */
const turn = 500;
const mostLooks = 4;

/**
 * Which file a client has open on some bricks of a volume only; undefined when there is none. A file that was opened
 * while a brick was down stays so when that is back and healed, until its first shard is read or written (afr_fix_open
 * of afr-open.c). While another brick is down then, all that is written to the file fails: the client takes the brick
 * for one that lacks it (afr_inode_refresh_do of afr-common.c).
 */
export async function partlyOpen(volume: Volume, nodes: PeerNodes): Promise<string | undefined> {
  const isSharded = !isOff(volume.options.get('features.shard') ?? 'off');
  let found: ReadonlyMap<string, string> | undefined;
  for (let look = 1; ; look += 1) {
    const asked = volume.bricks.map(async (brick) => {
      const { path, peer } = brick;
      const open = await ask(nodeOf(brick, nodes), 'open files', { volume: volume.id, path, peer, isSharded });
      return { name: nameOf(brick), open };
    });
    const now = lessOpenIn(await Promise.all(asked));
    found = new Map([...(found ?? now)].filter(([file, brick]) => now.get(file) === brick));
    const [first] = found;
    if (first === undefined) return undefined;
    if (look === mostLooks) return `a client has file ${first[0]} open, and not on brick ${first[1]}: see docs/pool.md`;
    await sleep(turn);
  }
}

/** The files that a brick has open less often than another one, each with the first such brick. */
export function lessOpenIn(
  bricks: readonly { readonly name: string; readonly open: OpenFiles }[],
): ReadonlyMap<string, string> {
  const files = new Set(bricks.flatMap(({ open }) => Object.keys(open)));
  const found = new Map<string, string>();
  for (const file of files) {
    const most = Math.max(...bricks.map(({ open }) => open[file] ?? 0));
    const less = bricks.find(({ open }) => (open[file] ?? 0) < most);
    if (less !== undefined) found.set(file, less.name);
  }
  return found;
}
