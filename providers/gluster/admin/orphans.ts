import { providerName } from '#gluster/configuration/parameters.ts';
import { parseDuration } from '#gluster/configuration/values.ts';
import { type GanetiDisk, ganetiDisks } from '#gluster/ganeti/disks.ts';
import { type Image, readImage } from '#gluster/images/image.ts';
import { readMetadata } from '#gluster/images/metadata.ts';
import { type Candidate, ofOtherSize, orphansOf, tooYoung, withoutImage } from '#gluster/images/orphans.ts';
import {
  type Around,
  ageOf,
  type CandidateImage,
  candidateOf,
  quarantine,
  whyOrphanStays,
} from '#gluster/images/quarantine.ts';
import { unfinishedOn } from '#gluster/images/unfinished.ts';
import { lookAround } from '#gluster/images/users.ts';
import { allAttachments } from '#gluster/node/attachments.ts';
import type { MountedVolume } from '#gluster/node/mounts.ts';
import { remainsHere } from '#gluster/node/remains.ts';
import { Failure } from '#src/errors.ts';
import { type Bytes, toBytes } from '#src/units.ts';
import { type Command, type CommandInput, dryRun, type Report } from './command.ts';
import { byCluster, othersText, unconfiguredImages } from './elsewhere.ts';
import { namesakes } from './image-facts.ts';
import { isForScript } from './listing.ts';
import { orphanFields } from './orphan-sections.ts';
import { type Findings, sectionsOf } from './orphan-tables.ts';
import { eachVolume, imagesOn, type Looked, lookAtEach, poolsOf, problemsOf } from './volumes.ts';

const usualAge = '15m';

/**
 * gnt-gluster image orphans: what Ganeti and the volumes do not agree on. Images are looked at before Ganeti is asked:
 * one that is made meanwhile is in neither list or in both.
 */
export const imageOrphans: Command = {
  name: 'image orphans',
  summary: 'find images without a Ganeti disk, disks without an image, and leftovers (run on the master)',
  operands: [],
  list: orphanFields,
  options: { 'older-than': `ignore anything newer than this (default: ${usualAge})` },
  flags: {
    quarantine: 'move images that no disk refers to, and nobody uses, into the trash; image undelete brings them back',
    ...dryRun,
  },
  details: [
    'It finds images without a Ganeti disk, unfinished images, and leftovers on this node.',
    'It also finds Ganeti disks without an image, or with another size than Ganeti believes.',
  ],
  run: findOrphans,
};

async function findOrphans(input: CommandInput): Promise<Report> {
  const olderThan = ageOfOption(input);
  const pools = await poolsOf({ ...input, options: {} });
  const looked = await lookAtEach(pools, async (mounted, tell) => [...imagesOn(mounted, tell)].map(candidateOf));
  const elsewhere = await unconfiguredImages(pools);
  const disks = await ganetiDisks();
  const complete = looked.missing.length === 0;
  const { ours, others } = byCluster(looked.found);
  const wishes = { olderThan, move: complete && input.flags.has('quarantine'), dry: input.flags.has('dry-run') };
  const orphans = await judgeAll(orphansOf(ours, disks), looked, wishes);
  const found: Findings = {
    orphans,
    // What is on a volume that could not be looked at is neither missing nor gone.
    ...(complete ? await withoutImages(disks, looked.found, elsewhere) : { missing: [], stale: [] }),
    sizes: otherSizes(disks, looked.found),
    unfinished: await unfinishedImages(looked, olderThan),
    unconfigured: elsewhere,
  };
  const { problems = [] } = problemsOf({ ...looked, damaged: [...looked.damaged, ...namesakes(looked.found)] });
  // Ganeti makes an image before it knows its disk.
  const isFine = ({ state }: Findings['orphans'][number]): boolean => state === tooYoung;
  const bad = Object.values({ ...found, orphans: orphans.filter((orphan) => !isFine(orphan)) }).some(
    (list) => list.length > 0,
  );
  const sections = sectionsOf(found);
  const otherClusters = others.map(({ name, pool, volume, metadata }) => {
    return { name, pool, volume, cluster: metadata.clusterName ?? metadata.cluster ?? null };
  });
  const texts = (await Promise.all(sections.map(({ text }) => text(input)))).filter((text) => text !== '');
  const agree = texts.length === 0 && problems.length === 0 ? 'Ganeti and the volumes agree\n' : '';
  return {
    json: { ...Object.fromEntries(sections.map(({ key, json }) => [key, json])), otherClusters },
    text: isForScript(input) ? texts.join('') : `${agree}${texts.join('\n')}${othersText(others)}`,
    bad,
    problems: complete ? problems : [...problems, halfView(input)],
  };
}

function ageOfOption({ options }: CommandInput): number {
  const olderThan = parseDuration(options['older-than'] ?? usualAge);
  if (olderThan !== undefined) return olderThan;
  throw new Failure('usage', '--older-than takes a time such as 15m, 2h or 7d', {
    hint: 'gnt-gluster image orphans --help',
  });
}

/** What is not said, and not done, while an image may be on a volume that could not be looked at. */
function halfView({ flags }: CommandInput): Failure {
  const done = flags.has('quarantine') ? ', and nothing was quarantined' : '';
  const sentence = `some volumes could not be read: disks without an image and images that are gone are not listed${done}`;
  return new Failure('unavailable', sentence, { hint: 'gnt-gluster image orphans, when all volumes answer' });
}

async function withoutImages(
  disks: readonly GanetiDisk[],
  images: readonly Candidate[],
  elsewhere: Findings['unconfigured'],
): Promise<Pick<Findings, 'missing' | 'stale'>> {
  const known = [...images, ...elsewhere.map(({ name }) => ({ name, uuid: undefined }))];
  const missing = withoutImage(disks, providerName, known).map(({ uuid, image, instance }) => ({
    disk: uuid,
    image,
    instance: instance ?? null,
  }));
  const stale = await remainsHere(new Set(images.map(({ name }) => name)));
  return { missing, stale: stale.map((remains) => ({ ...remains })) };
}

function otherSizes(disks: readonly GanetiDisk[], images: readonly { readonly name: string; readonly size: Bytes }[]) {
  return ofOtherSize(disks, providerName, images).map(({ disk, size }) => ({
    image: disk.image,
    instance: disk.instance ?? null,
    ganeti: toBytes(disk.size ?? 0),
    size,
  }));
}

async function unfinishedImages({ seen }: Looked<unknown>, olderThan: number): Promise<Findings['unfinished']> {
  return await eachVolume(seen, async (mounted) =>
    unfinishedOn(mounted)
      .filter(({ age }) => age >= olderThan)
      .map(({ age, ...rest }) => ({ ...rest, ...namesOfPlace(mounted), age: Math.round(age / 1000) })),
  );
}

interface Wishes {
  /** Milliseconds. */
  readonly olderThan: number;
  readonly move: boolean;
  readonly dry: boolean;
}

/** Looks at each orphan, and moves into the trash what nothing keeps, if that is wanted. */
async function judgeAll(
  orphans: readonly CandidateImage[],
  { seen }: Looked<unknown>,
  wishes: Wishes,
): Promise<Findings['orphans']> {
  // One look at this node serves all of them.
  const [activity, attached] = [await lookAround(), await allAttachments()];
  const devicesOf = (name: string): readonly string[] => (attached.get(name) ?? []).map(({ device }) => device);
  return await eachVolume(seen, async (mounted) => {
    const described: Findings['orphans'][number][] = [];
    for (const { name, pool, volume } of orphans) {
      if (pool !== mounted.pool.name || volume !== mounted.volume) continue;
      const image = readImage(mounted, name);
      if (image !== undefined) described.push(await judge(image, { activity, devices: devicesOf(name) }, wishes));
    }
    return described;
  });
}

async function judge(
  image: Image,
  around: Around,
  { olderThan, move, dry }: Wishes,
): Promise<Findings['orphans'][number]> {
  const metadata = readMetadata(image.directory);
  const age = ageOf(image);
  const kept = await whyOrphanStays(image, olderThan, around);
  let state = kept ?? 'can be quarantined';
  if (kept === undefined && move) state = dry ? 'would be quarantined' : await quarantine(image, olderThan);
  const { name, size, allocated } = image;
  const { info = null, snapshotOf = null } = metadata;
  return {
    name,
    ...namesOfPlace(image.mounted),
    size,
    allocated,
    info,
    snapshotOf,
    age: Math.round(age / 1000),
    state,
  };
}

function namesOfPlace({ pool, volume }: MountedVolume) {
  return { pool: pool.name, volume };
}
