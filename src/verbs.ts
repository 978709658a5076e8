/** The variables Ganeti may pass to a verb, beside VOL_NAME and the EXTP_ parameters. */
export type VariableName =
  | 'VOL_NAME'
  | 'VOL_SIZE'
  | 'VOL_NEW_SIZE'
  | 'VOL_UUID'
  | 'VOL_CNAME'
  | 'VOL_METADATA'
  | 'VOL_SNAPSHOT_NAME'
  | 'VOL_SNAPSHOT_SIZE'
  | 'VOL_OPEN_EXCLUSIVE';

export interface VerbDescription {
  readonly summary: string;
  readonly required: readonly VariableName[];
  readonly optional: readonly VariableName[];
}

const identity = ['VOL_UUID', 'VOL_CNAME'] as const;

/**
 * The ten verbs in the order of ganeti-extstorage-interface(7): the one table behind parser, usage, links and tests.
 */
export const verbs = {
  create: { summary: 'make a new image', required: ['VOL_NAME', 'VOL_SIZE'], optional: identity },
  attach: { summary: 'make the image a block device of this node', required: ['VOL_NAME'], optional: identity },
  detach: { summary: 'undo attach', required: ['VOL_NAME'], optional: identity },
  remove: { summary: 'delete the image and its data', required: ['VOL_NAME'], optional: identity },
  grow: {
    summary: 'make the image larger',
    required: ['VOL_NAME', 'VOL_NEW_SIZE'],
    optional: ['VOL_SIZE', ...identity],
  },
  setinfo: { summary: 'store a text with the image', required: ['VOL_NAME', 'VOL_METADATA'], optional: identity },
  verify: {
    summary: 'check the parameters and the storage',
    required: [],
    optional: ['VOL_NAME', 'VOL_SIZE', ...identity],
  },
  snapshot: {
    summary: 'copy the image under another name',
    required: ['VOL_NAME', 'VOL_SNAPSHOT_NAME'],
    optional: ['VOL_SNAPSHOT_SIZE', ...identity],
  },
  open: {
    summary: 'take the image for this node, alone or beside another node',
    required: ['VOL_NAME'],
    optional: ['VOL_OPEN_EXCLUSIVE', ...identity],
  },
  close: { summary: 'give the image back', required: ['VOL_NAME'], optional: identity },
} as const satisfies Readonly<Record<string, VerbDescription>>;

export type VerbName = keyof typeof verbs;

/** The names of the ten verbs, in the order of the interface. */
export const verbNames = Object.keys(verbs) as readonly VerbName[];

/** What each variable means, for usage texts. */
export const variableMeaning: Readonly<Record<VariableName, string>> = {
  VOL_NAME: 'name of the image',
  VOL_SIZE: 'its size in MiB',
  VOL_NEW_SIZE: 'the new size in MiB, not the difference',
  VOL_UUID: "UUID of Ganeti's disk",
  VOL_CNAME: "name the administrator gave Ganeti's disk",
  VOL_METADATA: 'the text to keep: at most 128 of A-Z a-z 0-9 - _ + .',
  VOL_SNAPSHOT_NAME: 'name of the copy',
  VOL_SNAPSHOT_SIZE: 'its size in MiB',
  VOL_OPEN_EXCLUSIVE: 'True (default) or False, which means shared with another node during a migration',
};
