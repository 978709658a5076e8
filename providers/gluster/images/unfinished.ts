import { nameOfWriter, writerHere } from '#gluster/ganeti/this-node.ts';
import type { MountedVolume } from '#gluster/node/mounts.ts';
import { entriesOf, removeTree, statOf } from '#src/trees.ts';
import type { Bytes } from '#src/units.ts';
import { imagesDirectory } from './image.ts';

/** Where images are made before they appear and go before they are deleted. No image can have this name. */
export const workDirectory = '.work';

/** Deletes what killed runs of any node left of an image that never appeared, or that was being deleted. */
export function sweep(mounted: MountedVolume, name: string): void {
  for (const path of leftovers(mounted, name)) removeTree(path);
}

/** The same of this node only: what another one is making now stays. */
export function sweepOwn(mounted: MountedVolume, name: string): void {
  for (const path of leftovers(mounted, name, writerHere())) removeTree(path);
}

/**
 * Where killed runs left something of an image that never appeared, or that was being deleted: of one writer, or of
 * all.
 */
export function leftovers(mounted: MountedVolume, name: string, writer = ''): readonly string[] {
  const directory = `${imagesDirectory(mounted)}/${workDirectory}`;
  // No name of an image holds an @, so this is no other image's.
  const mine = entriesOf(directory).filter((entry) =>
    entry.startsWith(writer === '' ? `${name}@` : `${name}@${writer}@`),
  );
  return mine.map((entry) => `${directory}/${entry}`);
}

/** What is being made or deleted on a volume, or was when its maker died. */
export interface Unfinished {
  readonly image: string;
  readonly node: string;
  /** Milliseconds since somebody last did something to it. */
  readonly age: number;
  readonly allocated: Bytes;
}

/** All that is unfinished on a volume. */
export function unfinishedOn(mounted: MountedVolume): readonly Unfinished[] {
  const directory = `${imagesDirectory(mounted)}/${workDirectory}`;
  return entriesOf(directory).flatMap((entry) => {
    const [image = '', writer = ''] = entry.split('@');
    const node = nameOfWriter(writer);
    const found = [statOf(`${directory}/${entry}`), statOf(`${directory}/${entry}/disk`)];
    const touched = found.flatMap((stat) => (stat === undefined ? [] : [Number(stat.mtimeMs), Number(stat.ctimeMs)]));
    // It is gone by now.
    if (touched.length === 0) return [];
    return [{ image, node, age: Date.now() - Math.max(...touched), allocated: Number(found[1]?.blocks ?? 0) * 512 }];
  });
}

/** Where a process of this node makes or deletes an image. */
export function workPath(mounted: MountedVolume, name: string): string {
  return `${imagesDirectory(mounted)}/${workDirectory}/${name}@${writerHere()}@${process.pid}`;
}
