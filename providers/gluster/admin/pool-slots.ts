import { removed } from '#gluster/agent/removed-bricks.ts';
import { clusterSlots } from '#gluster/change/cluster-slots.ts';
import { type Command, type CommandInput, onlyPool, type Report } from './command.ts';
import { type List, listReport } from './listing.ts';

type Row = {
  readonly pool: string;
  readonly node: string;
  readonly directory: string;
  readonly volume: string | null;
  readonly size: number;
  readonly free: number;
  readonly kept: readonly string[];
  readonly id: string;
};

/** What `gnt-gluster pool slots` shows. */
const slotFields: List<Row> = {
  fields: [
    { name: 'pool', key: 'pool', heading: 'Pool', meaning: 'pool of the slot' },
    { name: 'node', key: 'node', heading: 'Node', meaning: 'node that has it' },
    { name: 'directory', key: 'directory', heading: 'Directory', meaning: 'where its brick lies' },
    { name: 'volume', key: 'volume', heading: 'Volume', meaning: 'volume that has a brick there' },
    { name: 'size', key: 'size', unit: 'bytes', heading: 'Size', meaning: 'size of its file system' },
    { name: 'free', key: 'free', unit: 'bytes', heading: 'Free', meaning: 'size that is free on it' },
    {
      name: 'kept',
      key: 'kept',
      heading: 'Kept',
      meaning: 'bricks that left their volumes, and wait for pool purge',
      show: ({ kept }) => kept.join(' '),
    },
    { name: 'uuid', key: 'id', heading: 'UUID', meaning: 'UUID of the slot' },
  ],
  usual: ['pool', 'node', 'directory', 'volume', 'size', 'free', 'kept'],
};

/** gnt-gluster pool slots */
export const poolSlots: Command = {
  name: 'pool slots',
  summary: 'list the slots of pools on all nodes, and what is in them',
  operands: [],
  options: onlyPool,
  list: slotFields,
  details: ['A slot is listed while its file system is mounted. Run it on the master.'],
  local: true,
  run: listSlots,
};

async function listSlots(input: CommandInput): Promise<Report> {
  const { found, silent } = await clusterSlots();
  const rows = found
    .filter(({ pool }) => input.options.pool === undefined || pool === input.options.pool)
    .toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
    .map(({ pool, node, directory, volume = null, size, free, entries, id }): Row => {
      const kept = entries.filter((entry) => removed.test(entry));
      return { pool, node, directory, volume, size, free, kept, id };
    });
  const report = await listReport(slotFields, rows, input, 'no node has a slot\n');
  return { ...report, problems: silent };
}

function keyOf({ pool, node, directory }: Pick<Row, 'pool' | 'node' | 'directory'>): string {
  return [pool, node, directory].join('\n');
}
