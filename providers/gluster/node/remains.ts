import { runDirectory } from '#src/run-directory.ts';
import { backingFile } from '#src/tools/losetup.ts';
import { entriesOf } from '#src/trees.ts';
import { imageOf, ownLoopDevices } from './loops.ts';

/** What this node still has of an image: a loop device, or what it remembers. */
export interface Remains {
  /** The device, or the file of the record. */
  readonly what: string;
  readonly image: string;
}

/** What this node has of images other than those of some names. */
export async function remainsHere(names: ReadonlySet<string>): Promise<readonly Remains[]> {
  const devices = (await ownLoopDevices(() => true)).map((what) => ({ what, image: imageOf(backingFile(what) ?? '') }));
  const records = entriesOf(`${runDirectory}/images`).map((image) => ({
    what: `${runDirectory}/images/${image}`,
    image,
  }));
  return [...devices, ...records].filter(({ image }) => image !== '' && !image.includes('.new') && !names.has(image));
}
