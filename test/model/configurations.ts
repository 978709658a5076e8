/** A pool as the configuration of the cluster has it. */
export interface Pool {
  readonly name: string;
  readonly volumes: readonly string[];
  /** Below the directory of the lane. */
  readonly directory: string;
  readonly trash: boolean;
}

export interface Configuration {
  /** What the administrator did, for people. */
  readonly what: string;
  readonly defaultPool: string;
  readonly pools: readonly Pool[];
}

/** The two volumes of the test. */
export const volumes = ['model1', 'model2'] as const;
const [one, two] = volumes;

const main: Pool = { name: 'main', volumes: [one, two], directory: 'images', trash: false };
const other: Pool = { name: 'other', volumes: [one], directory: 'other', trash: false };
const pools = (changed: Partial<Pool> = {}): readonly Pool[] => [{ ...main, ...changed }, other];

/** What every sequence begins and ends with: all places where an image can be are configured, but for `moved`. */
export const usual: Configuration = { what: 'as usual', defaultPool: 'main', pools: pools() };

/** What an administrator can make of it. */
export const configurations: readonly Configuration[] = [
  usual,
  { what: 'default_pool = "other"', defaultPool: 'other', pools: pools() },
  { what: 'main: volumes in the other order', defaultPool: 'main', pools: pools({ volumes: [two, one] }) },
  { what: `main: only volume ${two}`, defaultPool: 'main', pools: pools({ volumes: [two] }) },
  { what: 'main: directory = "moved"', defaultPool: 'main', pools: pools({ directory: 'moved' }) },
  { what: 'main: trash = "1h"', defaultPool: 'main', pools: pools({ trash: true }) },
  { what: 'pool main is called "renamed"', defaultPool: 'renamed', pools: pools({ name: 'renamed' }) },
];

/** The directories in which an image can be, whatever the configuration is. */
export const directories = ['images', 'other', 'moved'] as const;

/** A place for images. */
export interface Spot {
  readonly pool: string;
  readonly volume: string;
  readonly directory: string;
}

/** All places that a configuration has. */
export function spots({ pools: all }: Configuration): readonly Spot[] {
  return all.flatMap(({ name: pool, volumes: list, directory }) => list.map((volume) => ({ pool, volume, directory })));
}

/** The text of the file for the nodes of a lane. */
export function configurationText({ defaultPool, pools: all }: Configuration, lane: number): string {
  const tables = all.map(
    ({ name, volumes: list, directory, trash }) => `
[pool.${name}]
volumes = ${JSON.stringify(list)}
directory = "lane${lane}/${directory}"
trash = "${trash ? '1h' : '0'}"
`,
  );
  return `default_pool = "${defaultPool}"\n${tables.join('')}`;
}
