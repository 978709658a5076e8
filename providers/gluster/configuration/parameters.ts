import { choiceParameter, textParameter, type ValuesOf } from '#src/parameters.ts';
import { imageNameRule, isImageName, type Request as RequestWith } from '#src/request.ts';
import { preallocations } from '#src/tools/qemu-img.ts';
import type { VerbName } from '#src/verbs.ts';
import { isPlainName, plainNameRule } from './names.ts';

/** What Ganeti calls this provider: --disk 0:provider=gluster. */
export const providerName = 'gluster';

const placing = ['create', 'attach', 'remove', 'grow', 'setinfo', 'verify', 'snapshot', 'open', 'close'] as const;

function isPathOnVolume(text: string): boolean {
  return /^\/?[\w.:+@-]+(\/[\w.:+@-]+)*$/.test(text) && !text.split('/').includes('..');
}

/**
 * The parameters of the provider that an administrator may give: the one table behind parser, types, parameters.list,
 * usage, manual and tests. A row says what the parameter is called and is for, which verbs use it, and how its text is
 * read.
 */
export const parameters = [
  textParameter('pool', isPlainName, plainNameRule, {
    summary: 'the pool of the configuration in which the image is made (default: the configured default_pool)',
    verbs: placing,
  }),
  textParameter('volume', isPlainName, plainNameRule, {
    summary: 'the Gluster volume of the pool on which the image is made (default: the one with most space)',
    verbs: placing,
  }),
  choiceParameter('preallocation', preallocations, {
    summary: 'how blocks are reserved: off (default), falloc (reserved) or full (written with zeros)',
    verbs: ['create', 'verify'],
  }),
  textParameter('clone', isImageName, imageNameRule, {
    summary: 'name of an image of the pool: the new image begins as a copy of that one; that one must not be in use',
    verbs: ['create', 'verify'],
  }),
  textParameter(
    'link',
    isPathOnVolume,
    'must be a path from the root of the volume, of A-Z a-z 0-9 . _ : + @ - / without ..',
    {
      summary: 'path of an unused raw file of exactly this size on the volume: the image becomes a hard link to it',
      verbs: ['create', 'verify'],
    },
  ),
  choiceParameter('blockdev', ['always', 'never'], {
    summary:
      'block device of the node: always (default) or never (QEMU only: OS scripts, import and export cannot work)',
    verbs: ['create', 'attach', 'verify'],
  }),
] as const;

/** What Ganeti adds by itself: not for the administrator to give, so not in parameters.list. */
const fromGaneti = [
  textParameter('provider', (text) => text !== '', 'must not be empty', { summary: providerName, verbs: ['verify'] }),
  choiceParameter('access', ['kernelspace', 'userspace'], {
    summary: 'kernelspace or userspace',
    verbs: ['create', 'attach', 'remove', 'grow', 'verify', 'snapshot'],
  }),
] as const;

/** All that may stand in the environment as EXTP_. */
export const knownParameters = [...parameters, ...fromGaneti] as const;

/** What Ganeti asks of one verb of this provider. */
export type Request<Verb extends VerbName> = RequestWith<Verb, ValuesOf<typeof knownParameters>>;

/** Whether a guest gets a block device of the node, and not only what QEMU can open by itself. */
export function needsDevice({ parameters: { blockdev } }: Pick<Request<'attach'>, 'parameters'>): boolean {
  return blockdev !== 'never';
}
