import { readdirSync, statSync } from 'node:fs';
import type { Entry, Root } from './protocol.ts';

/** What is in some directories, each entry with what an image has. A directory that is not there is empty. */
export function treeOf(roots: readonly Root[]): readonly Entry[] {
  return roots.flatMap((root) => namesIn(root.brick).map((name) => entryOf(root, name)));
}

function entryOf({ root, brick }: Root, name: string): Entry {
  const states = namesIn(`${brick}/${name}/lease`);
  const leases = Math.max(0, ...states.map((state) => state.split(',').length - 1));
  const data = namesIn(`${brick}/${name}`).includes('disk')
    ? statSync(`${root}/${name}/disk`, { bigint: true, throwIfNoEntry: false })
    : undefined;
  if (data === undefined) return { root, name, leases };
  return { root, name, inode: String(BigInt.asUintN(64, data.ino)), size: Number(data.size), leases };
}

/** The names in a directory; none where there is no directory. */
export function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}
