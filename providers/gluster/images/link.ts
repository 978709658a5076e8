import type { Request } from '#gluster/configuration/parameters.ts';
import type { MountedVolume } from '#gluster/node/mounts.ts';
import { Failure } from '#src/errors.ts';
import { statOf } from '#src/trees.ts';
import { toBytes } from '#src/units.ts';
import { examine } from './adopt.ts';
import type { NewContent } from './make.ts';
import type { ImageMetadata } from './metadata.ts';
import { sweepOwn } from './unfinished.ts';

/** What a new image is to be a second name of. */
export interface Link {
  readonly mounted: MountedVolume;
  readonly content: Pick<NewContent, 'link'>;
  readonly metadata: Pick<ImageMetadata, 'adoptedFrom'>;
}

/**
 * The file of the parameter `link`, on the one volume that has it, good to become an image: as for `image adopt`, and
 * of just the size of the disk. Its own name stays, so nothing is lost when Ganeti removes the new disk again, and
 * whoever wants the file back has it. Throws a Failure of kind missing, invalid or busy. The caller holds this node's
 * lock on the name.
 */
export async function findLink(
  { name, size: mebibytes, parameters }: Request<'create'>,
  mounted: readonly MountedVolume[],
  path: string,
): Promise<Link> {
  if (parameters.clone !== undefined)
    throw new Failure('invalid', 'link and clone both say what the image contains: give only one of them');
  // A killed create may have left a second name.
  for (const here of mounted) sweepOwn(here, name);
  const having = mounted.filter((here) => statOf(`${here.path}/${path}`) !== undefined);
  const [here] = having;
  if (here === undefined)
    throw new Failure('missing', `there is no ${path} on ${mounted.map(({ volume }) => volume).join(', ')}`);
  if (having.length > 1)
    throw new Failure('invalid', `there is a ${path} on ${having.map(({ volume }) => volume).join(', ')}`, {
      hint: `say which is meant: volume=${here.volume}`,
    });
  const foreign = await examine(here, path, false);
  const size = toBytes(mebibytes);
  if (foreign.size !== size)
    throw new Failure('invalid', `${path} has ${foreign.size} bytes, but the disk needs ${size}`);
  return { mounted: here, content: { link: foreign.file }, metadata: { adoptedFrom: foreign.path } };
}
