import { requireContent, requireExit, sizes } from '../invariants.ts';
import {
  type Image,
  isLost,
  lookup,
  lookupOn,
  type Model,
  type Name,
  newData,
  othersWith,
  placesFor,
} from '../model.ts';
import { findAll, type Real, verb } from '../real.ts';
import { exists, type On, poolOf, type Step, step, whereText } from './step.ts';

const mebibytes = (bytes: number): string => String(bytes / 1024 / 1024);

/** create of an image, empty or as a clone of another one. */
export function create({ node, name, where, blind }: On, clone: Name | undefined): Step {
  return step({
    text: `create ${name}${clone === undefined ? '' : ` clone=${clone}`}${whereText(where)}`,
    node,
    can: (model) => blind || (!exists(model, name) && (clone === undefined || exists(model, clone))),
    act: async (model, real) => {
      const { all, refusals } = lookup(model, name, where);
      const size = clone === undefined ? sizes.small : sizes.large;
      const parameters = {
        VOL_SIZE: mebibytes(size),
        ...(clone === undefined ? {} : { EXTP_CLONE: real.nameOf(clone) }),
      };
      const ran = await verb(real, node, 'create', name, where, parameters);
      if (all.length > 0) {
        // The same create once more: the same image.
        const same = all.length === 1 && all[0]?.data.size === size && !all[0].snapshot;
        return requireExit(ran, same ? [0, 5, ...refusals] : [5, ...refusals], `there is ${name} already`);
      }
      const places = placesFor(model, where);
      if (places === undefined) return requireExit(ran, [3, 4], 'there is no such pool or volume');
      const source = clone === undefined ? undefined : lookupOn(model, node, clone, poolOf(where));
      if (source !== undefined && source.target === undefined) return requireExit(ran, source.refusals);
      const lost = isLost(model, name) ? [3] : [];
      const exits = source?.target === undefined ? [0] : copyExits(source.target, source.refusals, node);
      requireExit(ran, [...exits, ...lost]);
      if (ran.exitCode !== 0) return;
      const image = await newImage(model, real, name, { marks: source?.target?.data.marks ?? new Map() });
      if (!places.some(({ volume, directory }) => volume === image.volume && directory === image.directory))
        throw new Error(`${name} was made on ${image.volume} in ${image.directory}`);
      if (image.data.size !== size) throw new Error(`${name} has ${image.data.size} bytes instead of ${size}`);
      await requireContent(real, image, `create ${name}`);
    },
  });
}

/** How a copy of an image may end: nothing is copied that another node may be writing to. */
export function copyExits({ data }: Image, refusals: readonly number[], node: number): readonly number[] {
  const { sure, perhaps } = othersWith(data, node);
  if (sure.length > 0) return [6, ...refusals];
  return [0, ...refusals, ...(perhaps ? [6] : [])];
}

/** The one image that was not there before, with its data as the model should have it. */
export async function newImage(
  model: Model,
  real: Real,
  name: Name,
  { marks = new Map(), snapshot = false }: { marks?: ReadonlyMap<number, number>; snapshot?: boolean } = {},
): Promise<Image> {
  const known = (volume: string, directory: string): boolean =>
    model.images.some((image) => image.name === name && image.volume === volume && image.directory === directory);
  const fresh = (await findAll(real)).filter(
    (entry) => entry.kind === 'image' && entry.name === real.nameOf(name) && !known(entry.volume, entry.directory),
  );
  const [entry] = fresh;
  if (entry?.inode === undefined || entry.size === undefined || fresh.length > 1)
    throw new Error(`exit 0, and there are ${fresh.length} new images ${name}`);
  const shared = model.foreign?.data.inode === entry.inode ? model.foreign.data : undefined;
  const data = shared ?? newData(entry.inode, entry.size, marks);
  const image = { name, volume: entry.volume, directory: entry.directory, data, snapshot };
  model.images = [...model.images, image];
  return image;
}
