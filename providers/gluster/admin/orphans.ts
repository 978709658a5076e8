import { statSync } from 'node:fs';
import { providerName } from '#gluster/configuration/parameters.ts';
import { parseDuration } from '#gluster/configuration/values.ts';
import { type GanetiDisk, ganetiDisks, ganetiDisksNow } from '#gluster/ganeti/disks.ts';
import { type Image, readImage, type Unfinished, unfinishedOn } from '#gluster/images/image.ts';
import { readMetadata } from '#gluster/images/metadata.ts';
import { type Candidate, ofOtherSize, orphansOf, tooYoung, whyKept, withoutImage } from '#gluster/images/orphans.ts';
import { moveToTrash } from '#gluster/images/trash.ts';
import { lookAround, tailOf, usersOfFile } from '#gluster/images/users.ts';
import { damageOfLeases, readLeases, takeToDelete } from '#gluster/leases/store.ts';
import { attachedDevices } from '#gluster/node/attachments.ts';
import { imageOf, ownLoopDevices } from '#gluster/node/loops.ts';
import type { MountedVolume } from '#gluster/node/mounts.ts';
import { Failure } from '#src/errors.ts';
import { withLock } from '#src/lock.ts';
import { runDirectory } from '#src/run-directory.ts';
import { backingFile } from '#src/tools/losetup.ts';
import { entriesOf } from '#src/trees.ts';
import { type Bytes, formatAge, formatBytes, toBytes } from '#src/units.ts';
import { type Command, type CommandInput, dryRun, type Report, type Value } from './command.ts';
import { byCluster, othersText, unconfiguredImages, unconfiguredText } from './elsewhere.ts';
import { namesakes } from './image-facts.ts';
import { table } from './table.ts';
import { eachVolume, imagesOn, lookAtEach, poolsOf, problemsOf } from './volumes.ts';

const usualAge = '15m';

/**
 * gnt-gluster image orphans: what Ganeti and the volumes do not agree on. Images are looked at before Ganeti is asked: one
 * that is made meanwhile is in neither list or in both.
 */
export const imageOrphans: Command = {
  name: 'image orphans',
  summary: 'find images without a Ganeti disk, disks without an image, and leftovers (run on the master)',
  operands: [],
  options: { 'older-than': `ignore anything newer than this (default: ${usualAge})` },
  flags: {
    quarantine: 'move images that no disk refers to, and nobody uses, into the trash; image undelete brings them back',
    ...dryRun,
  },
  details: [
    'It finds images without a Ganeti disk, unfinished images, Ganeti disks without an image or with another',
    'size than Ganeti believes, and leftovers on this node.',
  ],
  run: findOrphans,
};

async function findOrphans(input: CommandInput): Promise<Report> {
  const olderThan = parseDuration(input.options['older-than'] ?? usualAge);
  if (olderThan === undefined)
    throw new Failure('usage', '--older-than takes a time such as 15m, 2h or 7d', {
      hint: 'gnt-gluster image orphans --help',
    });
  const pools = await poolsOf({ ...input, options: {} });
  const looked = await lookAtEach(pools, async (mounted, tell) => [...imagesOn(mounted, tell)].map(candidate));
  const elsewhere = await unconfiguredImages(pools);
  const images = looked.found;
  const { ours, others } = byCluster(images);
  const complete = looked.missing.length === 0;
  const disks = await ganetiDisks();
  const orphans = new Set(orphansOf(ours, disks));
  const quarantine = complete && input.flags.has('quarantine');
  const wants = { olderThan, quarantine, dry: input.flags.has('dry-run') };
  const found = await eachVolume(looked.seen, async (mounted) => {
    const here = [...orphans].filter(({ pool, volume }) => pool === mounted.pool.name && volume === mounted.volume);
    const described = [];
    for (const { name } of here) {
      const image = readImage(mounted, name);
      if (image !== undefined) described.push(await judge(image, wants));
    }
    return described;
  });
  const missing = complete
    ? disksWithoutImage(disks, [...images, ...elsewhere.map((image) => ({ ...image, uuid: undefined }))])
    : [];
  const stale = complete ? await staleHere(new Set(images.map(({ name }) => name))) : [];
  const unfinished = await eachVolume(looked.seen, async (mounted) =>
    unfinishedOn(mounted)
      .filter(({ age }) => age >= olderThan)
      .map(({ age, ...rest }) => ({ ...rest, ...placeOf(mounted), age: Math.round(age / 1000) })),
  );
  const json = {
    orphans: found,
    missing,
    sizes: otherSizes(disks, images),
    unfinished,
    stale,
    unconfigured: elsewhere.map((image) => ({ ...image })),
    otherClusters: others.map(({ name, pool, volume, metadata }) => {
      return { name, pool, volume, cluster: metadata.clusterName ?? metadata.cluster ?? null };
    }),
  };
  const wrong = [missing, json.sizes, unfinished, stale, elsewhere].some((list) => list.length > 0);
  // Ganeti makes an image before it knows its disk.
  const bad = found.some(({ state }) => state !== tooYoung) || wrong;
  const { problems = [] } = problemsOf({ ...looked, damaged: [...looked.damaged, ...namesakes(images)] });
  const shown = bad || found.length > 0 || problems.length === 0 ? await textOf(json) : '';
  const text = `${shown}${elsewhere.length > 0 ? `\n${await unconfiguredText(elsewhere)}` : ''}${othersText(others)}`;
  return { json, text, bad, problems: complete ? problems : [...problems, halfView(input)] };
}

/** What is not said, and not done, while an image may be on a volume that could not be looked at. */
function halfView({ flags }: CommandInput): Failure {
  const done = flags.has('quarantine') ? ', and nothing was quarantined' : '';
  const sentence = `without all volumes nothing is said of disks without an image and of images that are gone${done}`;
  return new Failure('unavailable', sentence, { hint: 'gnt-gluster image orphans, when all volumes answer' });
}

function disksWithoutImage(disks: readonly GanetiDisk[], images: readonly Candidate[]) {
  return withoutImage(disks, providerName, images).map(({ uuid, image, instance }) => ({
    disk: uuid,
    image,
    instance: instance ?? null,
  }));
}

function otherSizes(disks: readonly GanetiDisk[], images: readonly { readonly name: string; readonly size: Bytes }[]) {
  return ofOtherSize(disks, providerName, images).map(({ disk, size }) => ({
    image: disk.image,
    instance: disk.instance ?? null,
    ganeti: toBytes(disk.size ?? 0),
    size,
  }));
}

interface Wishes {
  readonly olderThan: number;
  readonly quarantine: boolean;
  readonly dry: boolean;
}

function candidate(image: Image) {
  const metadata = readMetadata(image.directory);
  return { name: image.name, uuid: metadata.uuid, size: image.size, metadata, ...placeOf(image.mounted) };
}

function placeOf({ pool, volume }: MountedVolume) {
  return { pool: pool.name, volume };
}

async function judge(image: Image, { olderThan, quarantine, dry }: Wishes) {
  const metadata = readMetadata(image.directory);
  const age = ageOf(image, metadata.created);
  const kept = await circumstances(image, olderThan);
  let state = kept ?? 'can be quarantined';
  if (kept === undefined && quarantine) state = dry ? 'would be quarantined' : await moveAway(image, olderThan);
  return {
    name: image.name,
    ...placeOf(image.mounted),
    size: image.size,
    allocated: image.allocated,
    info: metadata.info ?? null,
    snapshotOf: metadata.snapshotOf ?? null,
    age: Math.round(age / 1000),
    state,
  } satisfies Value;
}

async function circumstances(image: Image, olderThan: number): Promise<string | undefined> {
  const devices = await attachedDevices(image.name);
  const damage = damageOfLeases(image.directory);
  if (damage !== undefined) return `nobody knows who has it: its leases are ${damage}`;
  const leases = (await readLeases(image.directory)).map(({ node }) => node);
  const age = ageOf(image, readMetadata(image.directory).created);
  return whyKept(
    { age, users: [...devices, ...usersOfFile(tailOf(image.name), devices, await lookAround())], leases },
    olderThan,
  );
}

/** Looks at everything again, and moves the image into the trash, from where only a person purges it. */
async function moveAway(image: Image, olderThan: number): Promise<string> {
  return await withLock(image.name, 'quarantine', async () => {
    const now = readImage(image.mounted, image.name);
    if (now === undefined) return 'gone meanwhile';
    if (orphansOf([candidate(now)], ganetiDisksNow()).length === 0) return 'a disk of Ganeti meanwhile';
    const kept = await circumstances(now, olderThan);
    if (kept !== undefined) return kept;
    // From here on no other node can open it.
    await takeToDelete(now);
    moveToTrash(now, 'quarantined');
    return 'quarantined';
  });
}

/** Since it was made or, as after an undelete, came to its place. */
function ageOf({ directory }: Image, created: string | undefined): number {
  const made = Date.parse(created ?? '');
  return Date.now() - Math.max(Number.isNaN(made) ? 0 : made, statSync(directory).ctimeMs);
}

/** What this node still has of images that are gone: loop devices and what it remembers. */
async function staleHere(names: ReadonlySet<string>) {
  const devices = (await ownLoopDevices(() => true)).map((what) => ({ what, image: imageOf(backingFile(what) ?? '') }));
  const records = entriesOf(`${runDirectory}/images`).map((image) => ({
    what: `${runDirectory}/images/${image}`,
    image,
  }));
  return [...devices, ...records].filter(({ image }) => image !== '' && !image.includes('.new') && !names.has(image));
}

interface Findings {
  readonly orphans: readonly Awaited<ReturnType<typeof judge>>[];
  readonly missing: readonly { readonly image: string; readonly instance: string | null }[];
  readonly sizes: readonly {
    readonly image: string;
    readonly instance: string | null;
    readonly ganeti: Bytes;
    readonly size: Bytes;
  }[];
  readonly unfinished: readonly (Unfinished & { readonly pool: string; readonly volume: string })[];
  readonly stale: readonly { readonly what: string; readonly image: string }[];
}

async function textOf({ orphans, missing, sizes, unfinished, stale }: Findings): Promise<string> {
  const parts: string[] = [];
  if (orphans.length > 0)
    parts.push(
      `images that no disk of Ganeti refers to:\n\n${await table(
        ['Image', 'Pool/volume', 'Size', 'Allocated', 'Age', 'Info', 'State'],
        orphans.map(({ name, pool, volume, size, allocated, age, info, state }) => [
          name,
          `${pool}/${volume}`,
          formatBytes(size),
          formatBytes(allocated),
          formatAge(age * 1000),
          info ?? '-',
          state,
        ]),
      )}`,
    );
  if (missing.length > 0)
    parts.push(
      `disks of Ganeti without an image:\n\n${await table(
        ['Image', 'Instance'],
        missing.map(({ image, instance }) => [image, instance ?? '(detached)']),
      )}`,
    );
  if (sizes.length > 0)
    parts.push(
      `disks of Ganeti that have another size than it believes (gnt-cluster repair-disk-sizes INSTANCE makes it believe the image):\n\n${await table(
        ['Image', 'Instance', 'Ganeti believes', 'The image has'],
        sizes.map(({ image, instance, ganeti, size }) => [
          image,
          instance ?? '(detached)',
          formatBytes(ganeti),
          formatBytes(size),
        ]),
      )}`,
    );
  if (unfinished.length > 0)
    parts.push(
      `images that were being made or deleted when their maker died, or still are (gnt-gluster image remove IMAGE takes away what is left):\n\n${await table(
        ['Image', 'Pool/volume', 'Allocated', 'Untouched for', 'Made by'],
        unfinished.map(({ image, pool, volume, allocated, age, node }) => [
          image,
          `${pool}/${volume}`,
          formatBytes(allocated),
          formatAge(age * 1000),
          node,
        ]),
      )}`,
    );
  if (stale.length > 0)
    parts.push(
      `what this node has of images that are gone (gnt-gluster image detach IMAGE undoes it):\n\n${await table(
        ['What', 'Image'],
        stale.map(({ what, image }) => [what, image]),
      )}`,
    );
  return parts.length === 0 ? 'Ganeti and the volumes agree\n' : parts.join('\n');
}
