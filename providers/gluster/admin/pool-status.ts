import { intentOf } from '#gluster/change/intent.ts';
import type { Pool } from '#gluster/configuration/pool.ts';
import { type Health, healthOf } from '#gluster/glusterd/health.ts';
import { observe, orReason } from '#gluster/glusterd/observe.ts';
import { type Peer, peers } from '#gluster/glusterd/peers.ts';
import { nameOf, type Volume, volumes } from '#gluster/glusterd/volumes.ts';
import { type Command, type CommandInput, onlyPool, type Report } from './command.ts';
import { isForScript, type List, listReport } from './listing.ts';
import { poolVolume } from './pool-volume.ts';
import { poolsOf } from './volumes.ts';

type Row = {
  readonly pool: string;
  readonly volume: string;
  readonly id: string | null;
  readonly type: string | null;
  readonly state: Health['state'];
  readonly bricks: readonly string[];
  readonly online: number;
  readonly size: number | null;
  readonly free: number | null;
  readonly problems: readonly string[];
};

/** What `gnt-gluster pool status` shows. */
const statusFields: List<Row> = {
  fields: [
    { name: 'pool', key: 'pool', heading: 'Pool', meaning: 'pool of the volume' },
    { name: 'volume', key: 'volume', heading: 'Volume', meaning: 'name of the volume' },
    { name: 'id', key: 'id', heading: 'UUID', meaning: 'UUID of the volume' },
    { name: 'type', key: 'type', heading: 'Type', meaning: 'how many copies it has, and whether one is an arbiter' },
    {
      name: 'state',
      key: 'state',
      heading: 'State',
      meaning: 'ok, healing, degraded, down, stopped or unknown',
    },
    {
      name: 'bricks',
      key: 'bricks',
      heading: 'Bricks',
      meaning: 'where its copies are, as HOST:/PATH',
      show: ({ bricks }) => bricks.join(' '),
    },
    {
      name: 'online',
      key: 'online',
      heading: 'Online',
      meaning: 'how many of its bricks run',
      show: ({ online, bricks }) => `${online}/${bricks.length}`,
    },
    { name: 'size', key: 'size', unit: 'bytes', heading: 'Size', meaning: 'size of its smallest brick' },
    { name: 'free', key: 'free', unit: 'bytes', heading: 'Free', meaning: 'size that is free on its fullest brick' },
    {
      name: 'problems',
      key: 'problems',
      heading: 'Problems',
      meaning: 'what is wrong with it',
      show: ({ problems }) => problems.join('; '),
    },
  ],
  usual: ['pool', 'volume', 'type', 'state', 'online', 'size', 'free'],
};

/** gnt-gluster pool status */
export const poolStatus: Command = {
  name: 'pool status',
  summary: 'show whether the volumes of a pool have all their copies, and what waits to be healed',
  operands: [],
  options: onlyPool,
  list: statusFields,
  details: [
    'It asks the glusterd of this node, which has to be a peer of those that have the bricks.',
    'The exit status is 1 unless every volume is ok, and nothing is under way.',
  ],
  local: true,
  run: showStatus,
};

async function showStatus(input: CommandInput): Promise<Report> {
  const pools = await poolsOf(input);
  const [known, members] = [await volumes(), await peers()];
  const rows: Row[] = [];
  // One after the other: each question takes the lock of a volume, and many at once would refuse each other.
  for (const pool of pools) for (const volume of pool.volumes) rows.push(await look(pool, volume, known, members));
  const remarks = rows.flatMap(({ volume, problems }) => problems.map((problem) => `volume ${volume}: ${problem}\n`));
  const { json, text } = await listReport(statusFields, rows, input, '');
  const told = remarks.length === 0 || isForScript(input) ? '' : `\n${remarks.join('')}`;
  return {
    json,
    text: text + told,
    bad: rows.some(({ state, problems }) => state !== 'ok' || problems.includes(underWay)),
  };
}

const underWay = 'a change is under way, or was not ended: gnt-gluster pool reconcile';

async function look(pool: Pool, name: string, known: readonly Volume[], members: readonly Peer[]): Promise<Row> {
  const volume = await orReason(() => poolVolume(pool, name, known));
  if (typeof volume === 'string') {
    const nothing = { id: null, type: null, bricks: [], online: 0, size: null, free: null };
    return { pool: pool.name, volume: name, state: 'unknown', ...nothing, problems: [volume] };
  }
  const { state, online, size, free, problems } = healthOf(await observe(volume, members));
  const begun = intentOf(volume) === undefined ? [] : [underWay];
  return {
    pool: pool.name,
    volume: name,
    id: volume.id,
    type: typeOf(volume),
    state,
    bricks: volume.bricks.map(nameOf),
    online,
    size: size ?? null,
    free: free ?? null,
    problems: [...begun, ...problems],
  };
}

function typeOf({ copies, arbiters }: Volume): string {
  if (copies === 1) return 'single';
  return arbiters === 0 ? `replica ${copies}` : `replica ${copies - arbiters}+${arbiters}`;
}
