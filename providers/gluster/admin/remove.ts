import { lookAgain, missing, release, searchImage } from '#gluster/images/find.ts';
import { type Image, readImage } from '#gluster/images/image.ts';
import { examineRemoval, purgeTrash, type Removal, removeImage } from '#gluster/images/remove.ts';
import { leftovers } from '#gluster/images/unfinished.ts';
import { lookHere } from '#gluster/node/attachments.ts';
import type { MountedVolume } from '#gluster/node/mounts.ts';
import { Failure } from '#src/errors.ts';
import { isLocked, withLock } from '#src/lock.ts';
import { formatBytes } from '#src/units.ts';
import { type Command, type CommandInput, dryRun, poolOfImage, type Report } from './command.ts';
import { requireNoDisk } from './ganeti-disk.ts';
import { namesakes } from './image-facts.ts';
import { requireImageName } from './image-name.ts';
import { lookAtEach, poolsOf } from './volumes.ts';

/** gnt-gluster image remove NAME */
export const imageRemove: Command = {
  name: 'image remove',
  summary: 'remove an image that no instance needs',
  operands: ['NAME'],
  options: poolOfImage,
  flags: { force: 'remove it also when Ganeti has a disk for it, or cannot be asked on this node', ...dryRun },
  details: [
    'The image goes into the trash if its pool has one.',
    'What is left of an image that was never finished is deleted.',
    'It refuses while the image is attached or in use on this node, or leased to another node;',
    'also with --force.',
  ],
  run: remove,
};

async function remove(input: CommandInput): Promise<Report> {
  const name = requireImageName(input.operands[0]);
  await requireOne(input, name);
  const { pool: only } = input.options;
  const { image, pool, mounted } = await searchImage({ name, pool: only }, { everywhere: true });
  try {
    const isMeant = only === undefined || image === undefined || image.mounted.pool.name === only;
    const isThere = image !== undefined || (await hasRemains(name, mounted));
    if (!isMeant || !isThere) throw missing(name, isMeant ? mounted : []);
    if (image !== undefined && !input.flags.has('force')) await requireNoDisk(image);
    const dry = input.flags.has('dry-run');
    const removal = dry ? await examineRemoval(name, mounted) : await removeLocked(name, image, mounted);
    if (!dry) await purgeTrash(pool, mounted);
    const facts = { size: image?.size ?? null, allocated: image?.allocated ?? null };
    const where = { pool: image?.mounted.pool.name ?? null, volume: image?.mounted.volume ?? null };
    return { json: { dryRun: dry, name, ...where, ...facts, removal }, text: sentence(name, image, removal, dry) };
  } finally {
    await release(mounted);
  }
}

/** Throws a Failure of kind exists when several images have the name, and no pool says which one is meant. */
async function requireOne(input: CommandInput, name: string): Promise<void> {
  if (input.options.pool !== undefined) return;
  const { found } = await lookAtEach(await poolsOf(input), async (mounted) =>
    readImage(mounted, name) === undefined ? [] : [{ name, pool: mounted.pool.name, volume: mounted.volume }],
  );
  const [twice] = namesakes(found);
  if (twice !== undefined)
    throw new Failure(twice.kind, twice.message, { hint: 'say which pool is meant: --pool POOL' });
}

async function hasRemains(name: string, mounted: readonly MountedVolume[]): Promise<boolean> {
  const { record, attachments } = await lookHere(name);
  const here = record !== undefined || attachments.length > 0 || isLocked(name);
  return here || mounted.some((place) => leftovers(place, name).length > 0);
}

async function removeLocked(
  name: string,
  image: Image | undefined,
  mounted: readonly MountedVolume[],
): Promise<Removal> {
  return await withLock(name, 'remove', async () => {
    const now = lookAgain(mounted, name);
    // Nobody asked Ganeti about an image that was not there.
    if (image !== undefined || now === undefined) return await removeImage(name, now, mounted);
    throw new Failure('busy', `image ${name} was made meanwhile, on volume ${now.mounted.volume}`, {
      hint: `gnt-gluster image info ${name}`,
    });
  });
}

function sentence(name: string, image: Image | undefined, removal: Removal, dry: boolean): string {
  if (image === undefined || removal === 'swept')
    return `${dry ? 'would delete' : 'deleted'} what was left of image ${name}\n`;
  const what = `image ${name} (${formatBytes(image.size)}, ${formatBytes(image.allocated)} allocated)`;
  const where = `volume ${image.mounted.volume} of pool ${image.mounted.pool.name}`;
  if (removal === 'deleted') return `${dry ? 'would delete' : 'deleted'} ${what} on ${where}\n`;
  const moved = `${dry ? 'would move' : 'moved'} ${what} into the trash of ${where}\n`;
  return dry ? moved : `${moved}to bring it back: gnt-gluster image undelete ${name}\n`;
}
