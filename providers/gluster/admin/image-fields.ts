import { summarize } from '#src/tools/processes.ts';
import type { DescribedImage } from './image-facts.ts';
import type { List } from './listing.ts';

/** What `gnt-gluster image list` shows. Ganeti, too, has name, uuid and ctime, size in gnt-node(8) volumes. */
export const imageFields: List<DescribedImage> = {
  fields: [
    { name: 'name', key: 'name', heading: 'Image', meaning: 'name of the image' },
    { name: 'pool', key: 'pool', heading: 'Pool', meaning: 'pool of the image' },
    { name: 'volume', key: 'volume', heading: 'Volume', meaning: 'volume of the image' },
    {
      name: 'place',
      heading: 'Pool/volume',
      meaning: 'both of them',
      show: ({ pool, volume }) => `${pool}/${volume}`,
    },
    { name: 'path', key: 'path', heading: 'Path', meaning: 'path of its data from the root of the volume' },
    { name: 'size', key: 'size', unit: 'bytes', heading: 'Size', meaning: 'size that its instance sees' },
    { name: 'allocated', key: 'allocated', unit: 'bytes', heading: 'Allocated', meaning: 'size that it occupies' },
    { name: 'uuid', key: 'uuid', heading: 'UUID', meaning: 'UUID of the Ganeti disk that it was made for' },
    { name: 'disk', key: 'disk', heading: 'Disk', meaning: 'name of that disk' },
    { name: 'info', key: 'info', heading: 'Info', meaning: 'text that Ganeti gave it, such as its instance' },
    {
      name: 'preallocation',
      key: 'preallocation',
      heading: 'Preallocation',
      meaning: 'how its blocks were reserved: off, falloc or full',
    },
    { name: 'ctime', key: 'created', heading: 'CTime', meaning: 'time when it was made' },
    { name: 'created_by', key: 'createdBy', heading: 'Created by', meaning: 'node that made it' },
    { name: 'snapshot_of', key: 'snapshotOf', heading: 'Snapshot of', meaning: 'image that it is a snapshot of' },
    { name: 'clone_of', key: 'cloneOf', heading: 'Clone of', meaning: 'image that it began as a copy of' },
    {
      name: 'device',
      key: 'device',
      heading: 'Attached here',
      meaning: 'block device of this node that it is attached to',
      show: ({ device, stale }) => (device === null ? null : `${device}${stale ? ' (stale)' : ''}`),
    },
    { name: 'stale', key: 'stale', heading: 'Stale', meaning: 'whether that device has an earlier file of the name' },
    {
      name: 'leases',
      key: 'leases',
      heading: 'Leased to',
      meaning: 'nodes that may use it',
      show: ({ leases }) =>
        leases?.map(({ node, mode }) => (mode === 'shared' ? `${node} (shared)` : node)).join(' ') ?? '?',
    },
    {
      name: 'users',
      key: 'users',
      heading: 'Used here by',
      meaning: 'guests and processes of this node that have it open',
      show: ({ users }) => summarize(users),
    },
    { name: 'damage', key: 'damage', heading: 'Damage', meaning: 'what is wrong with its image.json' },
  ],
  usual: ['name', 'place', 'size', 'allocated', 'device', 'leases', 'info'],
};
