import { type Image, imagesDirectory } from '#gluster/images/image.ts';
import { readLabel } from '#gluster/images/metadata.ts';
import { type Activity, lookAround, tailOf, usersOfFile } from '#gluster/images/users.ts';
import type { NodeKnowledge } from '#gluster/leases/owner.ts';
import { knowledgeOfNodes } from '#gluster/leases/published-runs.ts';
import { type Attachment, allAttachments, attachmentsOf, isStale } from '#gluster/node/attachments.ts';
import { Failure } from '#src/errors.ts';
import { isImageName } from '#src/request.ts';
import { formatBytes } from '#src/units.ts';
import { type Command, type CommandInput, onlyPool, poolOfImage, type Report, type Value } from './command.ts';
import { leaseFactsOrTell, leaseText } from './lease.ts';
import { list, table } from './table.ts';
import {
  imagesOn,
  isComplete,
  lookAtEach,
  poolsOf,
  problemsOf,
  readOrTell,
  requireFound,
  type Tell,
} from './volumes.ts';

/** gnt-gluster image list */
export const imageList: Command = {
  name: 'image list',
  summary: 'list the images of all pools, or of one',
  operands: [],
  options: onlyPool,
  run: listImages,
};

async function listImages(input: CommandInput): Promise<Report> {
  // One look at this node serves all images.
  const here = { activity: await lookAround(), attachments: await allAttachments() };
  const looked = await lookAtEach(await poolsOf(input), async (mounted, tell) => {
    const found: Awaited<ReturnType<typeof describe>>[] = [];
    const known = knowledgeOfNodes(imagesDirectory(mounted));
    for (const image of imagesOn(mounted, tell)) found.push(await describe(image, { ...here, known }, tell));
    return found;
  });
  const images = looked.found;
  const rows = images.map(({ name, pool, volume, size, allocated, info, device, stale, leases }) => {
    const users = leases?.map(({ node, mode }) => (mode === 'shared' ? `${node} (shared)` : node));
    return [
      name,
      `${pool}/${volume}`,
      formatBytes(size),
      formatBytes(allocated),
      device === null ? '-' : `${device}${stale ? ' (stale)' : ''}`,
      users === undefined ? '?' : users.join(' ') || '-',
      info ?? '-',
    ];
  });
  const headings = ['Image', 'Pool/volume', 'Size', 'Allocated', 'Attached here', 'Leased to', 'Info'];
  const text = rows.length > 0 ? await table(headings, rows) : isComplete(looked) ? 'no images\n' : '';
  return { json: images, text, ...problemsOf({ ...looked, damaged: [...looked.damaged, ...namesakes(images)] }) };
}

/** gnt-gluster image info NAME */
export const imageInfo: Command = {
  name: 'image info',
  summary: 'show everything that is known of an image',
  operands: ['NAME'],
  options: poolOfImage,
  run: showImage,
};

async function showImage(input: CommandInput): Promise<Report> {
  const [name = ''] = input.operands;
  if (!isImageName(name)) throw new Failure('invalid', `${JSON.stringify(name)} cannot be the name of an image`);
  const here = { activity: await lookAround(), attachments: new Map([[name, await attachmentsOf(name)]]) };
  const looked = await lookAtEach(await poolsOf(input), async (mounted, tell) => {
    const found = readOrTell(mounted, name, tell);
    const known = knowledgeOfNodes(imagesDirectory(mounted));
    return found === undefined ? [] : [await describe(found, { ...here, known }, tell)];
  });
  const none = new Failure('missing', `there is no image ${name}`, { hint: 'gnt-gluster image list' });
  const [image] = requireFound(looked, none);
  if (image === undefined) throw none;
  const { leases, users, size, allocated, stale, device, damage, ...texts } = image;
  const text = list([
    ...Object.entries(texts).map(([key, value]) => [label(key), value ?? ''] as const),
    ['Size', `${formatBytes(size)} (${formatBytes(allocated)} allocated)`],
    ['Device', device === null ? '' : `${device}${stale ? ' (stale: it has an earlier file of that name)' : ''}`],
    ['Leased to', leases === null ? '?' : leases.map(leaseText).join('; ') || 'nobody'],
    ['Used here by', users.join(', ')],
    ['Damage', damage ?? ''],
  ]);
  return { json: image, text, ...problemsOf({ ...looked, damaged: [...looked.damaged, ...namesakes(looked.found)] }) };
}

/** The names that several images have: no verb that meets two takes either. */
export function namesakes(
  images: readonly { readonly name: string; readonly pool: string; readonly volume: string }[],
): readonly Failure[] {
  const groups = Map.groupBy(images, ({ name }) => name);
  return [...groups].flatMap(([name, group]) => {
    if (group.length === 1) return [];
    const places = group.map(({ pool, volume }) => `${pool}/${volume}`);
    return [new Failure('exists', `there are ${group.length} images ${name}: on ${places.join(' and on ')}`)];
  });
}

/** What this node does and has attached, and what it knows of the others on a volume. */
interface Here {
  readonly activity: Activity;
  readonly attachments: ReadonlyMap<string, readonly Attachment[]>;
  readonly known: NodeKnowledge;
}

async function describe(image: Image, { activity, attachments: all, known }: Here, tell: Tell) {
  const { metadata, damage: ofLabel } = readLabel(image.directory);
  const damage: string[] = [];
  const tellAndNote = (problem: Failure): void => {
    damage.push(problem.message);
    tell(problem);
  };
  if (ofLabel !== undefined) tellAndNote(damagedLabel(image, ofLabel));
  const leases = (await leaseFactsOrTell(image, known, tellAndNote)) ?? null;
  const attachments = all.get(image.name) ?? [];
  const devices = attachments.map(({ device }) => device);
  return {
    name: image.name,
    pool: image.mounted.pool.name,
    volume: image.mounted.volume,
    path: image.path,
    size: image.size,
    allocated: image.allocated,
    uuid: metadata.uuid ?? null,
    disk: metadata.diskName ?? null,
    info: metadata.info ?? null,
    preallocation: metadata.preallocation,
    created: metadata.created ?? null,
    createdBy: metadata.createdBy ?? null,
    snapshotOf: metadata.snapshotOf ?? null,
    cloneOf: metadata.cloneOf ?? null,
    device: devices[0] ?? null,
    // The device has an earlier file of that name: nothing written to it reaches the image.
    stale: attachments.some((attachment) => isStale(attachment, image)),
    leases,
    users: usersOfFile(tailOf(image.name), devices, activity),
    damage: damage.length === 0 ? null : damage.join('; '),
  } satisfies Value;
}

function damagedLabel({ name, mounted, directory }: Image, damage: string): Failure {
  return new Failure('exists', `the image.json of image ${name} on volume ${mounted.volume} is ${damage}`, {
    hint: `ls -la ${directory}/image.json; the data of the image is as it was`,
  });
}

function label(key: string): string {
  if (key === 'uuid') return 'UUID';
  const words = key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `${words[0]?.toUpperCase()}${words.slice(1)}`;
}
