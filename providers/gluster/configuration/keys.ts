import { builtinPool } from './pool.ts';

/** One key of /etc/ganeti/gluster.toml, as the manual explains it. */
export interface KeyDescription {
  readonly name: string;
  readonly meaning: string;
  /** As it would stand in the file, or in words. */
  readonly default: string;
}

/** The keys outside any table. */
export const topKeys: readonly KeyDescription[] = [
  {
    name: 'default_pool',
    meaning: 'the pool of disks that name none',
    default: 'the only pool there is, else "default"',
  },
  {
    name: 'give_up',
    meaning:
      'for how long a volume may give no answer before what works on it is given up, from "5s" to "24h"; longer than its ' +
      'network.ping-timeout, for which it stands still when a brick dies',
    default: '"60s"',
  },
  { name: 'pool', meaning: 'the pools: a table [pool.NAME] for each', default: 'without the file, one pool "default"' },
];

/** The keys of a table [pool.NAME]: the one list behind parser and manual. */
export const poolKeys: readonly KeyDescription[] = [
  {
    name: 'servers',
    meaning:
      'Gluster servers, in the order in which they are asked: lower-case names or addresses that mean the same machine on ' +
      'every node, never localhost, with :port if it is not 24007; an IPv6 address then as "[fd00::1]:port"',
    default: "the servers with bricks, asked of the node's own glusterd",
  },
  {
    name: 'volumes',
    meaning: 'the volumes; a new image goes to the one with most free space, one that exists is found',
    default: JSON.stringify(builtinPool.volumes),
  },
  {
    name: 'directory',
    meaning:
      'the directory inside each volume that holds the images, made on first use; not to be changed while it does',
    default: JSON.stringify(builtinPool.directory),
  },
  {
    name: 'mount_options',
    meaning: 'more options for mount.glusterfs',
    default: JSON.stringify(builtinPool.mountOptions),
  },
  {
    name: 'preallocation',
    meaning:
      'how blocks are reserved for disks that do not say: "off", "falloc" (reserved) or "full" (written with zeros)',
    default: JSON.stringify(builtinPool.preallocation),
  },
  {
    name: 'reserve',
    meaning:
      "what create, grow and snapshot leave free on each volume, on top of Gluster's own storage.reserve: a part of it such " +
      'as "5%", or a size such as "500M", "20G" or "1T"',
    default: '"5%"',
  },
  {
    name: 'overcommit',
    meaning:
      'how many times the size of a volume its images may have together, such as 1.5; what a sparse image does not occupy ' +
      'yet counts',
    default: 'any, with a warning above 1',
  },
  {
    name: 'trash',
    meaning:
      'for how long a removed image can be brought back with `gnt-gluster image undelete`, such as "30m", "24h" or "7d"; it ' +
      'occupies its space until then. Snapshots are deleted at once',
    default: '"0"',
  },
];
