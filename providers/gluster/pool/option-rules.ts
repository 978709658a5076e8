import { isBetween, isOn } from './option-values.ts';

/** What of a volume decides which options it needs. */
export interface Shape {
  /** How many bricks have each file. */
  readonly copies: number;
  /** How many peers there are. */
  readonly peers: number;
}

/** What an option of a volume for images has to be. */
export interface Rule {
  readonly option: string;
  readonly wanted: string;
  /** must: without it data can be lost, or guests stop. should: without it they are slower, or notice faults later. */
  readonly grade: 'must' | 'should';
  readonly why: string;
  /** Whether another value is as good. */
  readonly also?: (value: string) => boolean;
  /** Which volumes it is for: all unless given. */
  readonly of?: (shape: Shape) => boolean;
  /** It must not be changed once the volume has data. */
  readonly fixed?: true;
}

const hasCopies = ({ copies }: Shape): boolean => copies > 1;
const hasMajority = ({ copies }: Shape): boolean => copies > 2;

/** The caches of a client, which answer from what a node read before. */
const caches = ['performance.quick-read', 'performance.read-ahead', 'performance.io-cache'];
const whyNoCache = 'a node must not answer from what it read before another node wrote';

/** So that a connection to a machine that is gone ends, as network.ping-timeout does for those that only hang. */
const deadConnections = [
  ['server.tcp-user-timeout', '20'],
  ['server.keepalive-time', '10'],
  ['server.keepalive-interval', '2'],
  ['server.keepalive-count', '5'],
] as const;

/**
 * What a volume for images must have: what `group virt` of GlusterFS sets, and what this provider found. The reasons
 * are those of docs/servers.md, docs/sectors.md and docs/failures.md.
 */
export const rules: readonly Rule[] = [
  {
    option: 'performance.strict-o-direct',
    wanted: 'on',
    grade: 'must',
    why: 'a client must not keep writes for itself that a guest was told are on the disks',
  },
  {
    option: 'network.remote-dio',
    wanted: 'disable',
    also: isOn,
    grade: 'should',
    why: 'writes go past the caches of the servers; bricks with sectors of 4096 bytes need enable',
  },
  ...caches.map((option) => ({ option, wanted: 'off', grade: 'must', why: whyNoCache }) as const),
  {
    option: 'network.ping-timeout',
    wanted: '20',
    also: isBetween(5, 20),
    grade: 'must',
    why: 'when a brick hangs, guests wait so many seconds; verbs wait 25 for a mount, and then give up',
  },
  {
    option: 'cluster.quorum-type',
    wanted: 'auto',
    of: hasMajority,
    grade: 'must',
    why: 'two halves of a divided network must not both be written to',
  },
  {
    option: 'cluster.server-quorum-type',
    wanted: 'server',
    of: ({ peers }) => peers > 2,
    grade: 'should',
    why: 'servers that lost the majority of their peers stop serving',
  },
  {
    option: 'cluster.server-quorum-type',
    wanted: 'none',
    of: ({ peers }) => peers === 2,
    grade: 'must',
    why: 'of two peers both would stop when one fails',
  },
  {
    option: 'cluster.self-heal-daemon',
    wanted: 'on',
    of: hasCopies,
    grade: 'must',
    why: 'what a brick misses while it is down is healed by nothing else',
  },
  {
    option: 'cluster.lookup-optimize',
    wanted: 'off',
    grade: 'must',
    why: 'with it, files were not found that were there',
  },
  {
    option: 'performance.io-thread-count',
    wanted: '1',
    of: ({ copies }) => copies === 1,
    grade: 'must',
    why: 'without copies, one of two requests that need the same new shard can fail',
  },
  {
    option: 'performance.io-thread-count',
    wanted: '16',
    also: isBetween(2, 64),
    of: hasCopies,
    grade: 'should',
    why: 'a volume with copies needs no brick that does one thing at a time',
  },
  {
    option: 'cluster.post-op-delay-secs',
    wanted: '1',
    also: isBetween(1, 60),
    of: hasCopies,
    grade: 'should',
    why: '0 is a remedy while a brick comes back: writing is slower with it',
  },
  {
    option: 'cluster.eager-lock',
    wanted: 'enable',
    of: hasCopies,
    grade: 'should',
    why: 'a guest that writes alone needs no lock for each write',
  },
  {
    option: 'cluster.locking-scheme',
    wanted: 'granular',
    of: hasCopies,
    grade: 'should',
    why: 'a guest can write to an image while another part of it is healed',
  },
  {
    option: 'cluster.data-self-heal-algorithm',
    wanted: 'full',
    of: hasCopies,
    grade: 'should',
    why: 'healing a shard as a whole takes less work than comparing it',
  },
  {
    option: 'cluster.choose-local',
    wanted: 'off',
    of: hasCopies,
    grade: 'should',
    why: 'reads go to all bricks, and not only to that of the node',
  },
  {
    option: 'cluster.shd-max-threads',
    wanted: '8',
    also: isBetween(2, 64),
    of: hasCopies,
    grade: 'should',
    why: 'several shards are healed at once',
  },
  {
    option: 'cluster.shd-wait-qlength',
    wanted: '10000',
    also: isBetween(1024, 65_536),
    of: hasCopies,
    grade: 'should',
    why: 'a large image has many shards that wait to be healed',
  },
  {
    option: 'performance.client-io-threads',
    wanted: 'on',
    grade: 'should',
    why: 'several requests of a node are under way at once; add-brick to a single brick sets it to off',
  },
  ...['client.event-threads', 'server.event-threads'].map(
    (option) =>
      ({
        option,
        wanted: '4',
        also: isBetween(4, 32),
        grade: 'should',
        why: 'several connections are served at once',
      }) as const,
  ),
  {
    option: 'performance.low-prio-threads',
    wanted: '32',
    also: isBetween(16, 64),
    grade: 'should',
    why: 'requests of guests have a low priority in the bricks, and there are many',
  },
  ...deadConnections.map(
    ([option, wanted]) =>
      ({
        option,
        wanted,
        also: isBetween(1, Number(wanted)),
        grade: 'should',
        why: 'a machine that is gone is noticed',
      }) as const,
  ),
  {
    option: 'features.shard',
    wanted: 'on',
    fixed: true,
    grade: 'should',
    why: 'what is healed of an image is a shard of 64 MiB, and not all of it',
  },
];
