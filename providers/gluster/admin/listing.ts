import { formatBytes, formatBytesIn, isUnit, units } from '#src/units.ts';
import type { CommandInput, Value } from './command.ts';
import { separated, table } from './table.ts';

/** A field of a list as the help and the manual page tell of it. */
export interface FieldWords {
  /** What -o calls it; the name that Ganeti's own lists have for such a thing, where they have one. */
  readonly name: string;
  readonly heading: string;
  readonly meaning: string;
}

/** A field of a list of items that have this form in JSON. */
export interface Field<Item> extends FieldWords {
  /** The key in JSON that the field stands for; undefined: JSON has none. */
  readonly key?: keyof Item & string;
  /** A number is a size in bytes. */
  readonly unit?: 'bytes';
  /** What a person sees, unless that is the value of the key. null: nothing. */
  readonly show?: (item: Item) => Value;
}

/** Everything that a list can show. Its JSON has the keys of the fields, in their order. */
export interface List<Item> {
  readonly fields: readonly Field<Item>[];
  /** The names of those that are shown unless told otherwise, in their order. */
  readonly usual: readonly string[];
}

/** A list as far as the options of its command are concerned. */
export interface Listed {
  readonly fields: readonly FieldWords[];
  /** undefined: the command has several tables, and each has its own. */
  readonly usual?: readonly string[];
}

/** What a list is called for: that of gnt-instance(8) list. */
type Wishes = Pick<CommandInput, 'options' | 'flags'>;

/** The names that -o selects: a list of them, or after a plus sign those that come after the usual ones. */
export function chosenFields({ usual = [] }: Pick<Listed, 'usual'>, output: string | undefined): readonly string[] {
  if (output === undefined) return usual;
  return output.startsWith('+') ? [...usual, ...output.slice(1).split(',')] : output.split(',');
}

/** What is wrong with the options of a list, a sentence each. */
export function problemsWithList(list: Listed, options: CommandInput['options']): readonly string[] {
  const known = list.fields.map(({ name }) => name);
  const strange = chosenFields(list, options.output).filter((name) => !known.includes(name));
  const { units: unit = 'h' } = options;
  return [
    ...(strange.length === 0
      ? []
      : [`unknown ${strange.length === 1 ? 'field' : 'fields'} ${quoted(strange)} (known: ${known.join(', ')})`]),
    ...(isUnit(unit) ? [] : [`--units takes one of ${units.join(', ')}, not ${JSON.stringify(unit)}`]),
  ];
}

/** The items as a person or a script asked for them. */
export async function listText<Item>(
  list: List<Item>,
  items: readonly Item[],
  { options, flags }: Wishes = { options: {}, flags: new Set() },
): Promise<string> {
  const chosen = chosenFields(list, options.output).flatMap(
    (name) => list.fields.find((one) => one.name === name) ?? [],
  );
  const headings = flags.has('no-headers') ? undefined : chosen.map(({ heading }) => heading);
  const rows = items.map((item) => chosen.map((field) => cellOf(field, item, options)));
  if (options.separator !== undefined) return separated(headings, rows, options.separator);
  return await table(headings, rows);
}

/** What the command of a list reports; `nothing` tells a person that there are no items. */
export async function listReport<Item extends Readonly<Record<string, Value>>>(
  list: List<Item>,
  items: readonly Item[],
  wishes: Wishes,
  nothing: string,
): Promise<{ readonly json: Value; readonly text: string }> {
  const isEmpty = items.length === 0 && !isForScript(wishes);
  return { json: listJson(list, items), text: isEmpty ? nothing : await listText(list, items, wishes) };
}

/** Whether a script reads the list: then it holds nothing but the items. */
export function isForScript({ options, flags }: Wishes): boolean {
  return options.separator !== undefined || flags.has('no-headers');
}

/** The items as --json prints them, whatever -o says. */
export function listJson<Item extends Readonly<Record<string, Value>>>(
  { fields }: List<Item>,
  items: readonly Item[],
): readonly Value[] {
  const keys = fields.flatMap(({ key }) => key ?? []);
  return items.map((item) => Object.fromEntries(keys.map((key) => [key, item[key] ?? null])));
}

function cellOf<Item>(field: Field<Item>, item: Item, { units: unit, separator }: CommandInput['options']): string {
  const own = field.key === undefined ? null : item[field.key];
  const value: unknown = field.show === undefined ? own : field.show(item);
  if (value === null || value === undefined || value === '') return '-';
  if (typeof value === 'boolean') return value ? 'Y' : 'N';
  if (typeof value !== 'number' || field.unit === undefined) return String(value);
  // Ganeti: a number that a script can compare, unless it asks for something else.
  const wanted = unit ?? (separator === undefined ? 'h' : 'm');
  return isUnit(wanted) && wanted !== 'h' ? formatBytesIn(value, wanted) : formatBytes(value);
}

function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(', ');
}
