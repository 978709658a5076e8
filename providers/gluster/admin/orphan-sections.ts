import { formatAge } from '#src/units.ts';
import type { CommandInput, Value } from './command.ts';
import { type Field, isForScript, type List, type Listed, listJson, listText } from './listing.ts';

/**
 * All that the tables of `gnt-gluster image orphans` can show: heading and meaning. Ganeti, too, has size, uuid and
 * instance.
 */
const words = {
  finding: ['Finding', 'table that it stands in, by its name in JSON'],
  name: ['Image', 'name of the image'],
  pool: ['Pool', 'pool of the image'],
  volume: ['Volume', 'volume of the image'],
  place: ['Pool/volume', 'both of them'],
  directory: ['Directory', 'directory of all images of that volume'],
  size: ['Size', 'size that the image has'],
  believed: ['Ganeti believes', 'size that Ganeti believes it to have'],
  allocated: ['Allocated', 'size that it occupies'],
  info: ['Info', 'text that Ganeti gave it, such as its instance'],
  snapshot_of: ['Snapshot of', 'image that it is a snapshot of'],
  age: ['Age', 'time since it was made, or since somebody touched what is unfinished'],
  state: ['State', 'what becomes of it, or why it stays'],
  uuid: ['UUID', 'UUID of the disk that has no image'],
  instance: ['Instance', 'instance of the disk'],
  node: ['Made by', 'node that was making or deleting it'],
  what: ['What', 'device or file of this node that is left'],
} as const;

type Name = keyof typeof words;

/** What the options of `gnt-gluster image orphans` may name; each table shows its own fields unless told otherwise. */
export const orphanFields: Listed = {
  fields: Object.entries(words).map(([name, [heading, meaning]]) => ({ name, heading, meaning })),
};

/** One table of the command, with its items. */
export interface Section {
  /** The key in JSON. */
  readonly key: string;
  readonly json: readonly Value[];
  readonly text: (wishes: Wishes) => Promise<string>;
}

type Wishes = Pick<CommandInput, 'options' | 'flags'>;
type Json = Readonly<Record<string, Value>>;

/** Makes a section of the items of one table; it has no text without items. */
export function section<Item extends Json>(
  key: string,
  title: string,
  { fields, usual }: List<Item>,
  items: readonly Item[],
): Section {
  const others = orphanFields.fields
    .filter(({ name }) => !fields.some((field) => field.name === name))
    .map((field): Field<Item> => ({ ...field, show: () => (field.name === 'finding' ? key : null) }));
  const list = { fields: [...fields, ...others], usual };
  const text = async (wishes: Wishes): Promise<string> => {
    if (items.length === 0) return '';
    const listed = await listText(list, items, wishes);
    return isForScript(wishes) ? listed : `${title}:\n\n${listed}`;
  };
  return { key, json: listJson(list, items), text };
}

/** A field of one of the tables. */
export function orphanField<Item>(name: Name, more: Partial<Field<Item>> = {}): Field<Item> {
  const [heading, meaning] = words[name];
  return { name, heading, meaning, ...more };
}

/** The fields that say where something is. */
export function placeFields<Item extends { readonly pool: string; readonly volume: string }>(): readonly Field<Item>[] {
  return [
    orphanField<Item>('pool', { key: 'pool' }),
    orphanField<Item>('volume', { key: 'volume' }),
    orphanField<Item>('place', { show: ({ pool, volume }) => `${pool}/${volume}` }),
  ];
}

/** An age, which is in seconds in JSON. */
export function ageField<Item extends { readonly age: number }>(heading: string): Field<Item> {
  return orphanField<Item>('age', { key: 'age', heading, show: ({ age }) => formatAge(age * 1000) });
}
