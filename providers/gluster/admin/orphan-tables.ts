import type { Bytes } from '#src/units.ts';
import type { List } from './listing.ts';
import { ageField, orphanField, placeFields, type Section, section } from './orphan-sections.ts';

/** Everything that Ganeti and the volumes do not agree on; the keys are those of JSON. */
export interface Findings {
  readonly orphans: readonly Orphan[];
  readonly missing: readonly Missing[];
  readonly sizes: readonly OtherSize[];
  readonly unfinished: readonly UnfinishedImage[];
  readonly stale: readonly Stale[];
  readonly unconfigured: readonly Unconfigured[];
}

type Orphan = {
  readonly name: string;
  readonly pool: string;
  readonly volume: string;
  readonly size: Bytes;
  readonly allocated: Bytes;
  readonly info: string | null;
  readonly snapshotOf: string | null;
  /** Seconds. */
  readonly age: number;
  readonly state: string;
};
type Missing = { readonly disk: string; readonly image: string; readonly instance: string | null };
type OtherSize = {
  readonly image: string;
  readonly instance: string | null;
  readonly ganeti: Bytes;
  readonly size: Bytes;
};
type UnfinishedImage = {
  readonly image: string;
  readonly node: string;
  readonly allocated: Bytes;
  readonly pool: string;
  readonly volume: string;
  /** Seconds. */
  readonly age: number;
};
type Stale = { readonly what: string; readonly image: string };
type Unconfigured = {
  readonly name: string;
  readonly pool: string;
  readonly volume: string;
  readonly directory: string;
};

const orphans: List<Orphan> = {
  fields: [
    orphanField('name', { key: 'name' }),
    ...placeFields<Orphan>(),
    orphanField('size', { key: 'size', unit: 'bytes' }),
    orphanField('allocated', { key: 'allocated', unit: 'bytes' }),
    orphanField('info', { key: 'info' }),
    orphanField('snapshot_of', { key: 'snapshotOf' }),
    ageField<Orphan>('Age'),
    orphanField('state', { key: 'state' }),
  ],
  usual: ['name', 'place', 'size', 'allocated', 'age', 'info', 'state'],
};

const missing: List<Missing> = {
  fields: [
    orphanField('uuid', { key: 'disk' }),
    orphanField('name', { key: 'image' }),
    orphanField('instance', { key: 'instance', show: ({ instance }) => instance ?? '(detached)' }),
  ],
  usual: ['name', 'instance'],
};

const sizes: List<OtherSize> = {
  fields: [
    orphanField('name', { key: 'image' }),
    orphanField('instance', { key: 'instance', show: ({ instance }) => instance ?? '(detached)' }),
    orphanField('believed', { key: 'ganeti', unit: 'bytes' }),
    orphanField('size', { key: 'size', unit: 'bytes', heading: 'The image has' }),
  ],
  usual: ['name', 'instance', 'believed', 'size'],
};

const unfinished: List<UnfinishedImage> = {
  fields: [
    orphanField('name', { key: 'image' }),
    orphanField('node', { key: 'node' }),
    orphanField('allocated', { key: 'allocated', unit: 'bytes' }),
    ...placeFields<UnfinishedImage>(),
    ageField<UnfinishedImage>('Untouched for'),
  ],
  usual: ['name', 'place', 'allocated', 'age', 'node'],
};

const stale: List<Stale> = {
  fields: [orphanField('what', { key: 'what' }), orphanField('name', { key: 'image' })],
  usual: ['what', 'name'],
};

const unconfigured: List<Unconfigured> = {
  fields: [
    orphanField('name', { key: 'name' }),
    orphanField('pool', { key: 'pool', heading: 'Was in pool' }),
    orphanField('volume', { key: 'volume' }),
    orphanField('directory', { key: 'directory' }),
  ],
  usual: ['name', 'volume', 'directory', 'pool'],
};

/** The tables of the command in their order. */
export function sectionsOf(found: Findings): readonly Section[] {
  return [
    section('orphans', 'images that no disk of Ganeti refers to', orphans, found.orphans),
    section('missing', 'disks of Ganeti without an image', missing, found.missing),
    section(
      'sizes',
      'disks of Ganeti with another size than their image (gnt-cluster repair-disk-sizes INSTANCE corrects Ganeti)',
      sizes,
      found.sizes,
    ),
    section(
      'unfinished',
      'unfinished images, being made or deleted now or when their node died (gnt-gluster image remove IMAGE deletes what is left)',
      unfinished,
      found.unfinished,
    ),
    section(
      'stale',
      'leftovers on this node of images that are gone (gnt-gluster image detach IMAGE detaches them)',
      stale,
      found.stale,
    ),
    section(
      'unconfigured',
      'images in a place that no pool of the configuration has (add volume and directory to /etc/ganeti/gluster.toml again)',
      unconfigured,
      found.unconfigured,
    ),
  ];
}
