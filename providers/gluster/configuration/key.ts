/** Tells what is wrong with the value of a key, as in `KEY: must ...`. */
export type Tell = (rule: string) => void;

/** One key of /etc/ganeti/gluster.toml: what it means, what holds without it, and how its value is read. */
export interface Key<Value> {
  readonly meaning: string;
  readonly ifMissing: Value;
  /** The default for a person; as it stands in the file unless told. */
  readonly shown?: string;
  /** The value, or undefined when something was told. */
  readonly read: (value: unknown, tell: Tell) => Value | undefined;
}

/** Some keys of one table of the file, by the names that the code has for them. */
export type Keys = Readonly<Record<string, Key<unknown>>>;

/** What a table of keys becomes: each key has its value. */
export type ValuesOf<Table extends Keys> = {
  readonly [Name in keyof Table]: Table[Name] extends Key<infer Value> ? Value : never;
};

/** One key as help, manual and README show it. */
export interface KeyDescription {
  readonly name: string;
  readonly meaning: string;
  readonly default: string;
}

/** A key whose value a function reads that knows only whether it understands it. */
export function keyReadBy<Value>(
  read: (value: unknown) => Value | undefined,
  rule: string,
  rest: Omit<Key<Value>, 'read'>,
): Key<Value> {
  return {
    ...rest,
    read: (given, tell) => {
      const value = read(given);
      if (value === undefined) tell(rule);
      return value;
    },
  };
}

/** A key whose value is a list of texts, which a function reads; it may tell several problems. */
export function listKey<Item>(
  read: (texts: readonly string[], tell: Tell) => readonly Item[],
  rest: Omit<Key<readonly Item[]>, 'read'>,
): Key<readonly Item[]> {
  return {
    ...rest,
    read: (given, tell) => {
      if (Array.isArray(given) && given.every((item) => typeof item === 'string')) return read(given, tell);
      tell('must be a list of strings');
      return undefined;
    },
  };
}

/** The name of a key in the file: `mountOptions` stands there as `mount_options`. */
export function nameInFile(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A table of keys for help, manual and README, in its order. */
export function describe(table: Keys): readonly KeyDescription[] {
  return Object.entries(table).map(([name, { meaning, ifMissing, shown }]) => ({
    name: nameInFile(name),
    meaning,
    default: shown ?? JSON.stringify(ifMissing),
  }));
}

/** What holds where a file has none of the keys. */
export function defaultsOf<Table extends Keys>(table: Table): ValuesOf<Table> {
  const values = Object.entries(table).map(([name, { ifMissing }]) => [name, ifMissing]);
  // Each value is of its row.
  return Object.fromEntries(values) as ValuesOf<Table>;
}

/**
 * The values of all keys in a table of the file; of those that are missing or wrong the defaults. What is wrong is
 * told.
 */
export function readKeys<Table extends Keys>(
  table: Table,
  given: Readonly<Record<string, unknown>>,
  report: (problem: string) => void,
): ValuesOf<Table> {
  const values = Object.entries(table).map(([name, { read, ifMissing }]) => {
    const key = nameInFile(name);
    const value = given[key] === undefined ? ifMissing : read(given[key], (rule) => report(`${key}: ${rule}`));
    return [name, value ?? ifMissing];
  });
  return Object.fromEntries(values) as ValuesOf<Table>;
}
