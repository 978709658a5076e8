import { readTrash, type Trashed } from '#gluster/images/trash.ts';
import { Failure } from '#src/errors.ts';
import { formatAge } from '#src/units.ts';
import { type Command, type CommandInput, onlyPool, type Report, type Value } from './command.ts';
import { type List, listReport } from './listing.ts';
import { isComplete, lookAtEach, poolsOf, problemsOf } from './volumes.ts';

export type DescribedTrash = ReturnType<typeof describeTrash>;

/** Everything that is known of an image in the trash. */
export function describeTrash({ name, mounted, directory, size, allocated, reason, when, node, until }: Trashed) {
  return {
    name,
    pool: mounted.pool.name,
    volume: mounted.volume,
    path: directory.slice(mounted.path.length + 1),
    size,
    allocated,
    reason,
    when: when.toISOString(),
    node,
    purged: until?.toISOString() ?? null,
  } satisfies Value;
}

/** What `gnt-gluster trash list` shows. Ganeti, too, has name, node, and size in gnt-node(8) volumes. */
export const trashFields: List<DescribedTrash> = {
  fields: [
    { name: 'name', key: 'name', heading: 'Image', meaning: 'name that the image had' },
    { name: 'pool', key: 'pool', heading: 'Pool', meaning: 'pool of the image' },
    { name: 'volume', key: 'volume', heading: 'Volume', meaning: 'volume of the image' },
    { name: 'place', heading: 'Pool/volume', meaning: 'both of them', show: ({ pool, volume }) => `${pool}/${volume}` },
    { name: 'path', key: 'path', heading: 'Path', meaning: 'its directory from the root of the volume' },
    { name: 'size', key: 'size', unit: 'bytes', heading: 'Size', meaning: 'size that its instance saw' },
    { name: 'allocated', key: 'allocated', unit: 'bytes', heading: 'Allocated', meaning: 'size that it occupies' },
    { name: 'reason', key: 'reason', heading: 'Why', meaning: 'removed, or quarantined by an administrator' },
    { name: 'when', key: 'when', heading: 'When', meaning: 'time when it was removed or quarantined' },
    {
      name: 'age',
      heading: 'Age',
      meaning: 'how long ago that was',
      show: ({ when }) => formatAge(Date.now() - Date.parse(when)),
    },
    { name: 'node', key: 'node', heading: 'By', meaning: 'node that did it' },
    {
      name: 'purged',
      key: 'purged',
      heading: 'Purged',
      meaning: 'time when it is deleted; next: by the next command that purges; by hand: never by itself',
      show: ({ purged }) => (purged === null ? 'by hand' : Date.parse(purged) <= Date.now() ? 'next' : purged),
    },
  ],
  usual: ['name', 'place', 'size', 'allocated', 'reason', 'when', 'age', 'node', 'purged'],
};

/** gnt-gluster trash list */
export const trashList: Command = {
  name: 'trash list',
  summary: 'list the removed images that can be brought back, and when they are purged',
  operands: [],
  options: onlyPool,
  list: trashFields,
  run: listTrash,
};

async function listTrash(input: CommandInput): Promise<Report> {
  const looked = await lookAtEach(await poolsOf(input), async (mounted) => readTrash(mounted).map(describeTrash));
  const nothing = isComplete(looked) ? 'the trash is empty\n' : '';
  return { ...(await listReport(trashFields, looked.found, input, nothing)), ...problemsOf(looked) };
}

/** The Failure of kind missing of a name that is not in the trash, which names those that are. */
export function notInTrash(name: string, time?: string, all: readonly DescribedTrash[] = []): Failure {
  const when = time === undefined ? '' : ` of ${time}`;
  return new Failure('missing', `no image ${name}${when} is in the trash`, {
    problems: all.map((trashed) => `there is one of ${trashed.when} on volume ${trashed.volume}`),
    hint: 'gnt-gluster trash list',
  });
}
