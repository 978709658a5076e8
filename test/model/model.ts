import { type Configuration, type Spot, spots } from './configurations.ts';

/** What a sequence calls its images. */
export const allNames = ['A', 'B', 'A.snap', 'B.snap'] as const;
export type Name = (typeof allNames)[number];

export type Mode = 'exclusive' | 'shared';

/** The data of an image: one file, whatever names it has and wherever they are. */
export interface Data {
  /** Of its file. */
  readonly inode: string;
  size: number;
  /** At which offset which write was the last. */
  readonly marks: Map<number, number>;
  /** The nodes that were told that they have it, and not yet that they gave it back. */
  readonly granted: Map<number, Mode>;
  /**
   * Nodes whose lease may be there, although they were told that they gave it back: it was where they could not look.
   */
  readonly lingering: Set<number>;
}

/** Data under the name of an image, in a place for images or in its trash. */
export interface Image {
  readonly name: Name;
  readonly volume: string;
  readonly directory: string;
  readonly data: Data;
  /** Never goes to the trash. */
  readonly snapshot: boolean;
}

/** Data under a name of an administrator's choice, on the first volume. */
export interface ForeignFile {
  readonly data: Data;
}

export interface ModelNode {
  /** How often it was renamed. */
  renamed: number;
  /** What its devices lead to. */
  readonly attached: Map<Name, { readonly device: string; readonly data: Data }>;
  /** Where it attached or opened an image last, until it is detached or removed there. */
  readonly seen: Map<Name, Pick<Spot, 'pool' | 'volume'>>;
}

/** What a sequence should have led to. */
export interface Model {
  configuration: Configuration;
  readonly nodes: readonly ModelNode[];
  images: readonly Image[];
  /** The one removed last is the last. */
  trash: readonly Image[];
  foreign: ForeignFile | undefined;
  /** The last write. */
  mark: number;
}

/** What a sequence begins with. */
export function newModel(nodes: number, configuration: Configuration): Model {
  return {
    configuration,
    nodes: Array.from({ length: nodes }, () => ({ renamed: 0, attached: new Map(), seen: new Map() })),
    images: [],
    trash: [],
    foreign: undefined,
    mark: 0,
  };
}

/** Data that nobody has yet. */
export function newData(inode: string, size: number, marks: ReadonlyMap<number, number> = new Map()): Data {
  return { inode, size, marks: new Map(marks), granted: new Map(), lingering: new Set() };
}

/** The parameters of a call that say where an image is to be. */
export interface Where {
  readonly pool?: string;
  readonly volume?: string;
}

/** Where a configuration has an image lie for these parameters; undefined when they say what it does not have. */
export function placesFor({ configuration }: Model, { pool, volume }: Where): readonly Spot[] | undefined {
  const ofPool = spots(configuration).filter((spot) => spot.pool === (pool ?? configuration.defaultPool));
  const found = volume === undefined ? ofPool : ofPool.filter((spot) => spot.volume === volume);
  return found.length === 0 ? undefined : found;
}

/** Whether an image lies in one of some places. */
export function liesIn({ volume, directory }: Image, places: readonly Spot[]): boolean {
  return places.some((place) => place.volume === volume && place.directory === directory);
}

/** What looking for an image must come to. */
export interface Lookup {
  /** The only image that the call may be about. */
  readonly target?: Image;
  /** The exit codes by which it may be refused; none: it must be found. */
  readonly refusals: readonly number[];
  /** Every image of that name in a place that the configuration has. */
  readonly all: readonly Image[];
}

/**
 * What looking for an image must come to: one that is in the pool of the call and in no other is found, on whichever
 * volume: the volume of a call says where a new image goes. One that is elsewhere in the configuration may be found or
 * refused. Of two in one pool none may be chosen. What lies in no place of the configuration cannot be known, but by a
 * node that remembers it.
 */
export function lookup(model: Model, name: Name, where: Where): Lookup {
  const all = model.images.filter((image) => image.name === name && liesIn(image, spots(model.configuration)));
  const { pool = model.configuration.defaultPool } = where;
  const wanted = all.filter((image) => liesIn(image, placesFor(model, { pool }) ?? []));
  const unknown = placesFor(model, where) === undefined ? [3] : [];
  const [first] = wanted;
  if (all.length === 0) return { all, refusals: [4, ...(isLost(model, name) ? [3] : unknown)] };
  if (wanted.length > 1) return { all, refusals: [5] };
  if (first !== undefined) return { all, target: first, refusals: [...(all.length === 1 ? [] : [5]), ...unknown] };
  const [only] = all;
  if (only !== undefined && all.length === 1) return { all, target: only, refusals: [4, 5, ...unknown] };
  return { all, refusals: [4, 5, ...unknown] };
}

/**
 * What a verb on a node must come to that works with what the node has: the image that it attached or opened is meant,
 * whatever default the configuration has meanwhile, and whatever else there is of that name. Else it is as in lookup.
 */
export function lookupOn(model: Model, node: number, name: Name, where: Where): Lookup {
  const found = lookup(model, name, where);
  const seen = model.nodes[node]?.seen.get(name);
  const places = spots(model.configuration).filter((spot) => spot.pool === seen?.pool && spot.volume === seen.volume);
  const target = found.all.find((image) => liesIn(image, places));
  return target === undefined ? found : { ...found, target, refusals: [] };
}

/** Has a node remember where it attached or opened an image. */
export function see(model: Model, node: number, name: Name, data: Data): void {
  const image = model.images.find((known) => known.name === name && known.data === data);
  const spot = spots(model.configuration).find((place) => image !== undefined && liesIn(image, [place]));
  if (spot !== undefined) model.nodes[node]?.seen.set(name, spot);
}

/** A node has nothing of an image any more, and remembers nothing of it. */
export function letGo(model: Model, node: number, name: Name): void {
  model.nodes[node]?.attached.delete(name);
  model.nodes[node]?.seen.delete(name);
}

/** Whether an image lies in no place of the configuration. A node that remembers it may say so, with 3. */
export function isLost({ images, configuration }: Model, name: Name): boolean {
  const places = spots(configuration);
  return images.some((image) => image.name === name && !liesIn(image, places));
}

/** The names that data has on the volume, in the trash as well. */
export function linksOf(model: Model, data: Data): number {
  const images = [...model.images, ...model.trash].filter((image) => image.data === data);
  return images.length + (model.foreign?.data === data ? 1 : 0);
}

/** Whether what a node has attached under a name is no image of that name any more: removed or replaced. */
export function isStale(model: Model, node: number, name: Name): boolean {
  const attached = model.nodes[node]?.attached.get(name);
  return attached !== undefined && !model.images.some(({ data }) => data === attached.data);
}

/** The nodes besides one that may have a lease: surely, as they were told, and perhaps. */
export function othersWith(
  { granted, lingering }: Data,
  node: number,
): { readonly sure: readonly Mode[]; readonly perhaps: boolean } {
  const sure = [...granted].filter(([other]) => other !== node).map(([, mode]) => mode);
  return { sure, perhaps: [...lingering].some((other) => other !== node) };
}
