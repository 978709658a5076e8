import { usualPatience } from '#src/supervise.ts';
import { type Preallocation, preallocations } from '#src/tools/qemu-img.ts';
import { defaultsOf, describe, type Key, type KeyDescription, keyReadBy, listKey } from './key.ts';
import { readMountOptions } from './mount-options.ts';
import { isDirectory, readNodeGroups, readVolumes } from './names.ts';
import { readServers } from './servers.ts';
import { parseDuration, parseOvercommit, parsePatience, parseReserve } from './values.ts';

/** The keys outside any table that say how this node works. */
export const topTable = {
  giveUp: keyReadBy(parsePatience, 'must be a time from "5s" to "24h", such as "60s"', {
    meaning:
      'how long verbs and commands wait for a volume that does not answer; from "5s" to "24h". It must be longer than ' +
      'network.ping-timeout of the volume, which stands still for that long when a brick dies',
    ifMissing: usualPatience,
    shown: '"60s"',
  }),
} as const;

/** The keys of a table [pool.NAME]: the one list behind types, parser, manual and README. */
export const poolTable = {
  servers: listKey(readServers, {
    meaning:
      'Gluster servers, in the order in which they are asked; lower-case names or addresses that mean the same machine on ' +
      'every node, never localhost. Add a port other than 24007 as :port, as in "[fd00::1]:port" for an IPv6 address',
    ifMissing: [],
    shown: "those with bricks, asked of this node's glusterd",
  }),
  volumes: listKey(readVolumes, {
    meaning: 'the volumes of the pool; a new image goes to the one with most free space, an existing one is found',
    ifMissing: ['ganeti'],
    shown: 'those that `gnt-gluster pool` made for it, else `["ganeti"]`',
  }),
  nodeGroups: listKey(readNodeGroups, {
    meaning:
      "the names of Ganeti's node groups whose nodes reach the pool; `create` refuses on other nodes. All other verbs work " +
      'on any node',
    ifMissing: [],
    shown: 'all',
  }),
  directory: keyReadBy(
    (value) => (isDirectory(value) ? value : undefined),
    'must be one or more names joined by /, without one at either end',
    {
      meaning:
        'the directory inside each volume that contains the images, made on first use; do not change it while it contains images. ' +
        'No two pools have the same directory of a volume, or one below the other',
      ifMissing: 'images',
    },
  ),
  mountOptions: listKey(readMountOptions, { meaning: 'more options for mount.glusterfs', ifMissing: [] }),
  keepMounted: keyReadBy((value) => (typeof value === 'boolean' ? value : undefined), 'must be true or false', {
    meaning:
      'whether a volume stays mounted on a node that used it; false: until nothing on the node uses it any more. ' +
      '`gnt-gluster mount release` unmounts it',
    ifMissing: true,
  }),
  preallocation: keyReadBy<Preallocation>(
    (value) => preallocations.find((known) => known === value),
    `must be one of ${preallocations.join(', ')}`,
    {
      meaning:
        'how blocks are reserved for disks that do not say; "off", "falloc" (reserved) or "full" (written with zeros)',
      ifMissing: 'off',
    },
  ),
  reserve: keyReadBy(parseReserve, 'must be a part of the volume or a size, such as "5%" or "20G"', {
    meaning:
      'what create, grow and snapshot leave free on each volume, on top of storage.reserve; ' +
      '"5%" of the volume, or a size: "500M", "20G" or "1T"',
    ifMissing: { percent: 5, bytes: 0 },
    shown: '"5%"',
  }),
  overcommit: keyReadBy<number | undefined>(parseOvercommit, 'must be a number above 0, at most 1000', {
    meaning:
      'how many times the size of a volume its images may have together, such as 1.5; a sparse image counts with its whole ' +
      'size',
    ifMissing: undefined,
    shown: 'any, with a warning above 1',
  }),
  trash: keyReadBy(parseDuration, 'must be a time such as "30m", "24h" or "7d", or "0"', {
    meaning:
      'how long a removed image can be brought back; such as "30m", "24h" or "7d". `gnt-gluster image undelete` does it. The ' +
      'image occupies its space until then. Snapshots are deleted at once',
    ifMissing: 0,
    shown: '"0"',
  }),
} as const satisfies Readonly<Record<string, Key<unknown>>>;

/** What a pool is without a table of its own. */
export const poolDefaults = defaultsOf(poolTable);

/** The keys outside any table, for help, manual and README. */
export const topKeys: readonly KeyDescription[] = [
  {
    name: 'default_pool',
    meaning: 'the pool of disks that name none',
    default: 'the only pool there is, else "default"',
  },
  ...describe(topTable),
  { name: 'pool', meaning: 'the pools: a table [pool.NAME] for each', default: 'without the file, one pool "default"' },
];

/** The keys of a table [pool.NAME], for help, manual and README. */
export const poolKeys: readonly KeyDescription[] = describe(poolTable);
