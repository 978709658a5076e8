import { volumes } from '../configurations.ts';
import { offsets, requireExit, sizes } from '../invariants.ts';
import { type Image, isLost, linksOf, lookup, type Model, newData, placesFor } from '../model.ts';
import { byHand, pathOnVolume, type Real, tool, verb } from '../real.ts';
import { newImage } from './create.ts';
import { exists, type On, type Step, step, whereText } from './step.ts';

/**
 * Which file is to become an image: the foreign one, or that of the image with this number, in a pool or in a trash.
 */
export type Source = 'foreign' | number;

const [volume] = volumes;

const fileOf = (real: Real): string => `foreign/${real.nameOf('A')}`;

/** An administrator puts a raw file with data on the first volume. */
export function putForeign(): Step {
  return step({
    text: 'by hand: put a raw file on the volume',
    can: (model) => model.foreign === undefined,
    act: async (model, real) => {
      model.mark += 1;
      const file = `${real.lane.at(volume)}/${fileOf(real)}`;
      const inode = await byHand(real, 'truncate -s "$2" "$1"; stat -c %i "$1"', file, String(sizes.small));
      const [, offset = 0] = offsets;
      await real.lane.harness.write(file, offset, model.mark);
      model.foreign = { data: newData(inode.trim(), sizes.small, new Map([[offset, model.mark]])) };
    },
  });
}

interface Chosen {
  readonly path: string;
  readonly volume: string;
  readonly size: number;
  /** Whether it may become an image: it is nobody's disk. */
  readonly free: boolean;
}

function isThere({ foreign, images, trash }: Readonly<Model>, source: Source): boolean {
  return source === 'foreign' ? foreign !== undefined : images.length + trash.length > 0;
}

async function choose(model: Model, real: Real, source: Source): Promise<Chosen | undefined> {
  if (source === 'foreign') {
    if (model.foreign === undefined) return undefined;
    const { data } = model.foreign;
    return { path: pathOnVolume(real, fileOf(real)), volume, size: data.size, free: linksOf(model, data) === 1 };
  }
  const all = [...model.images, ...model.trash];
  const image = all[source % Math.max(1, all.length)];
  if (image === undefined) return undefined;
  const path = pathOnVolume(real, await diskOf(real, image, model.trash.includes(image)));
  return { path, volume: image.volume, size: image.data.size, free: false };
}

async function diskOf(real: Real, { name, directory, data, volume: where }: Image, trashed: boolean): Promise<string> {
  if (!trashed) return `${directory}/${real.nameOf(name)}/disk`;
  const entries = await real.lane.harness.tree([real.lane.rootOf(where, `${directory}/.trash`)]);
  return `${directory}/.trash/${entries.find(({ inode }) => inode === data.inode)?.name}/disk`;
}

/** create with link=: a file that nobody uses gets a second name; the disk of an image, of whichever pool, never. */
export function link({ node, name, where, blind }: On, source: Source): Step {
  return step({
    text: `create ${name} link=${sourceText(source)}${whereText(where)}`,
    node,
    can: (model) => isThere(model, source) && (blind || !exists(model, name)),
    act: async (model, real) => {
      const chosen = await choose(model, real, source);
      if (chosen === undefined) return;
      const parameters = { VOL_SIZE: String(chosen.size / 1024 / 1024), EXTP_LINK: chosen.path };
      const { all, refusals } = lookup(model, name, where);
      const lost = isLost(model, name) ? [3] : [];
      const ran = await verb(real, node, 'create', name, where, parameters);
      const places = placesFor(model, where);
      const works = chosen.free && places?.some((place) => place.volume === chosen.volume) === true;
      // The same create once more: the same image.
      if (all.length > 0)
        return requireExit(ran, [5, ...refusals, ...(all.length === 1 ? [0] : []), ...(works ? [] : [3, 6])]);
      requireExit(ran, works ? [0, ...lost] : [3, 4, 5, 6], chosen.free ? '' : `${chosen.path} is a disk`);
      if (ran.exitCode === 0) await newImage(model, real, name);
    },
  });
}

/** gnt-gluster image adopt: the same, and the file is moved. */
export function adopt({ node, name, where, blind }: On, source: Source): Step {
  return step({
    text: `adopt ${sourceText(source)} as ${name}${whereText(where)}`,
    node,
    can: (model) => isThere(model, source) && (blind || !exists(model, name)),
    act: async (model, real) => {
      const chosen = await choose(model, real, source);
      if (chosen === undefined) return;
      const pool = where.pool ?? model.configuration.defaultPool;
      const { all } = lookup(model, name, { pool });
      const lost = isLost(model, name) ? [3] : [];
      const place = ['--pool', pool, '--volume', chosen.volume];
      const ran = await tool(real, node, ['image', 'adopt', chosen.path, real.nameOf(name), ...place]);
      const known = placesFor(model, { pool, volume: chosen.volume }) !== undefined;
      if (!known || all.length > 0) return requireExit(ran, known ? [3, 5, 6] : [2, 3, 5]);
      requireExit(ran, chosen.free ? [0, ...lost] : [3, 5, 6], chosen.free ? '' : `${chosen.path} is a disk`);
      if (ran.exitCode !== 0) return;
      await newImage(model, real, name);
      model.foreign = undefined;
    },
  });
}

function sourceText(source: Source): string {
  return source === 'foreign' ? 'the raw file' : `the disk of image number ${source}`;
}
