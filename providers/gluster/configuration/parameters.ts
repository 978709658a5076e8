import type { ParameterDescription } from '#src/parameters.ts';
import { imageNameRule, isImageName } from '#src/request.ts';

/** What Ganeti calls this provider: --disk 0:provider=gluster. */
export const providerName = 'gluster';

/** What a pool, a volume and each directory may be called: one path component that no tool takes for anything else. */
export function isPlainName(value: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/.test(value);
}

const nameRule = 'must start with a letter, a digit or _ and hold at most 100 of A-Z a-z 0-9 . _ -';
const plainName = (value: string): string | undefined => (isPlainName(value) ? undefined : nameRule);

const placing = ['create', 'attach', 'remove', 'grow', 'setinfo', 'verify', 'snapshot', 'open', 'close'] as const;

const pathOnVolume = (value: string): string | undefined =>
  /^\/?[\w.:+@-]+(\/[\w.:+@-]+)*$/.test(value) && !value.split('/').includes('..')
    ? undefined
    : 'must be a path from the root of the volume, of A-Z a-z 0-9 . _ : + @ - / without ..';

export const preallocations = ['off', 'falloc', 'full'] as const;
export const blockDeviceChoices = ['always', 'never'] as const;

/**
 * The parameters of the provider that an administrator may give: the one table behind parser, parameters.list, usage and
 * tests.
 */
export const parameters: readonly ParameterDescription[] = [
  {
    name: 'pool',
    summary: 'the pool of the configuration in which the image is made (default: the configured default_pool)',
    verbs: placing,
    check: plainName,
  },
  {
    name: 'volume',
    summary: 'the Gluster volume of the pool on which the image is made (default: the one with most space)',
    verbs: placing,
    check: plainName,
  },
  {
    name: 'preallocation',
    summary: 'how blocks are reserved: off (default), falloc (reserved) or full (written with zeros)',
    verbs: ['create', 'verify'],
    values: preallocations,
  },
  {
    name: 'clone',
    summary: 'the name of another image of the pool, not in use, that the new one is a copy of',
    verbs: ['create', 'verify'],
    check: (value) => (isImageName(value) ? undefined : imageNameRule),
  },
  {
    name: 'link',
    summary: 'a raw file of the same size on the volume, unused: the image is that file, with a second name',
    verbs: ['create', 'verify'],
    check: pathOnVolume,
  },
  {
    name: 'blockdev',
    summary:
      'block device of the node: always (default) or never (QEMU only: OS scripts, import and export cannot work)',
    verbs: ['create', 'attach', 'verify'],
    values: blockDeviceChoices,
  },
];

/** What Ganeti adds by itself: not for the administrator to give, so not in parameters.list. */
const fromGaneti: readonly ParameterDescription[] = [
  {
    name: 'provider',
    summary: providerName,
    verbs: ['verify'],
  },
  {
    name: 'access',
    summary: 'kernelspace or userspace',
    verbs: ['create', 'attach', 'remove', 'grow', 'verify', 'snapshot'],
    values: ['kernelspace', 'userspace'],
  },
];

/** All that may stand in the environment as EXTP_. */
export const knownParameters: readonly ParameterDescription[] = [...parameters, ...fromGaneti];
