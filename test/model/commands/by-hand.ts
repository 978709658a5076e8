import { offsets } from '../invariants.ts';
import { type Image, type Model, type Name, newData } from '../model.ts';
import { byHand, directoryOf, findAll, type Real } from '../real.ts';
import { type Step, step } from './step.ts';

type Place = Pick<Image, 'volume' | 'directory'>;

/** The first image of a name, whichever place it is in. */
const first = (model: Readonly<Model>, name: Name): Image | undefined =>
  model.images.find((image) => image.name === name);

/** An administrator touches nothing that a node has; what is merely attached somewhere nobody tells him. */
const idle = (image: Image | undefined): image is Image => image !== undefined && image.data.granted.size === 0;

const isFree = (model: Readonly<Model>, name: Name, { volume, directory }: Place): boolean =>
  !model.images.some((image) => image.name === name && image.volume === volume && image.directory === directory);

/**
 * cp reads what this client has kept of a file, although another one has written to it since: GlusterFS with sharding
 * shows neither time nor size of that. So the data is copied once more, past the page cache.
 */
const copyScript = `
mkdir -p "$(dirname "$2")"
cp -a --sparse=always "$1" "$2"
truncate -s 0 "$2/disk"
truncate -s "$(stat -c %s "$1/disk")" "$2/disk"
dd if="$1/disk" of="$2/disk" bs=1M iflag=direct conv=sparse,notrunc,fsync status=none
`;

/** Another state of an image is put in its place, as from a backup: the name is the same and the file is another. */
export function restore(name: Name): Step {
  return step({
    text: `by hand: ${name} is replaced by a backup of it`,
    can: (model) => idle(first(model, name)),
    act: async (model, real) => {
      const image = first(model, name);
      if (image === undefined) return;
      const directory = directoryOf(real, image);
      const copy = `${real.lane.at(image.volume)}/hand/${real.nameOf(name)}`;
      await byHand(real, copyScript, directory, copy);
      model.mark += 1;
      const [offset] = offsets;
      await real.lane.harness.write(`${copy}/disk`, offset, model.mark);
      await byHand(real, 'rm -r "$1"; mv "$2" "$1"', directory, copy);
      const marks = new Map(image.data.marks).set(offset, model.mark);
      await put(model, real, image, image, marks);
    },
  });
}

/** An image is moved to another place: to another directory of its volume it stays the same file. */
export function move(name: Name, place: Place): Step {
  return step({
    text: `by hand: mv ${name} to ${place.volume}/${place.directory}`,
    can: (model) => idle(first(model, name)) && isFree(model, name, place),
    act: async (model, real) => {
      const image = first(model, name);
      if (image === undefined) return;
      const [from, to] = [directoryOf(real, image), directoryOf(real, { ...image, ...place })];
      if (image.volume === place.volume) await byHand(real, 'mkdir -p "$(dirname "$2")"; mv "$1" "$2"', from, to);
      else await byHand(real, `${copyScript}rm -r "$1"`, from, to);
      await put(model, real, image, { ...image, ...place }, image.data.marks);
    },
  });
}

/** An image is copied to another place, and stays where it was. */
export function copy(name: Name, place: Place): Step {
  return step({
    text: `by hand: cp -a ${name} to ${place.volume}/${place.directory}`,
    can: (model) => idle(first(model, name)) && isFree(model, name, place),
    act: async (model, real) => {
      const image = first(model, name);
      if (image === undefined) return;
      await byHand(real, copyScript, directoryOf(real, image), directoryOf(real, { ...image, ...place }));
      await put(model, real, undefined, { ...image, ...place }, image.data.marks);
    },
  });
}

/** An image is deleted. */
export function erase(name: Name): Step {
  return step({
    text: `by hand: rm -r ${name}`,
    can: (model) => idle(first(model, name)),
    act: async (model, real) => {
      const image = first(model, name);
      if (image === undefined) return;
      await byHand(real, 'rm -r "$1"', directoryOf(real, image));
      model.images = model.images.filter((other) => other !== image);
    },
  });
}

/** What an administrator put somewhere, with the leases that were copied with it. */
async function put(
  model: Model,
  real: Real,
  old: Image | undefined,
  image: Image,
  marks: ReadonlyMap<number, number>,
): Promise<void> {
  const path = directoryOf(real, image);
  const entry = (await findAll(real)).find(({ root, name }) => `${root}/${name}` === path);
  if (entry?.inode === undefined) throw new Error(`nothing is at ${path}`);
  const same = entry.inode === image.data.inode;
  const data = same ? image.data : newData(entry.inode, image.data.size, marks);
  for (const node of image.data.lingering) data.lingering.add(node);
  model.images = [...model.images.filter((other) => other !== old), { ...image, data }];
}
