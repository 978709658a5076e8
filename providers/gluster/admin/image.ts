import { missing } from '#gluster/images/find.ts';
import { imagesDirectory } from '#gluster/images/image.ts';
import { lookAround } from '#gluster/images/users.ts';
import { leaseText } from '#gluster/leases/facts.ts';
import { knowledgeOfNodes } from '#gluster/leases/published-runs.ts';
import { allAttachments, attachmentsOf } from '#gluster/node/attachments.ts';
import { formatBytes } from '#src/units.ts';
import { type Command, type CommandInput, onlyPool, poolOfImage, type Report } from './command.ts';
import { type DescribedImage, describeImage, namesakes } from './image-facts.ts';
import { imageFields } from './image-fields.ts';
import { requireImageName } from './image-name.ts';
import { listJson, listReport } from './listing.ts';
import { list } from './table.ts';
import { imagesOn, isComplete, lookAtEach, poolsOf, problemsOf, readOrTell, requireFound } from './volumes.ts';

/** gnt-gluster image list */
export const imageList: Command = {
  name: 'image list',
  summary: 'list the images of all pools, or of one',
  operands: [],
  options: onlyPool,
  list: imageFields,
  run: listImages,
};

async function listImages(input: CommandInput): Promise<Report> {
  // One look at this node serves all images.
  const here = { activity: await lookAround(), attachments: await allAttachments() };
  const looked = await lookAtEach(await poolsOf(input), async (mounted, tell) => {
    const found: DescribedImage[] = [];
    const known = knowledgeOfNodes(imagesDirectory(mounted));
    for (const image of imagesOn(mounted, tell)) found.push(await describeImage(image, { ...here, known }, tell));
    return found;
  });
  const images = looked.found;
  return {
    ...(await listReport(imageFields, images, input, isComplete(looked) ? 'no images\n' : '')),
    ...problemsOf({ ...looked, damaged: [...looked.damaged, ...namesakes(images)] }),
  };
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
  const name = requireImageName(input.operands[0]);
  const here = { activity: await lookAround(), attachments: new Map([[name, await attachmentsOf(name)]]) };
  const looked = await lookAtEach(await poolsOf(input), async (mounted, tell) => {
    const found = readOrTell(mounted, name, tell);
    const known = knowledgeOfNodes(imagesDirectory(mounted));
    return found === undefined ? [] : [await describeImage(found, { ...here, known }, tell)];
  });
  const [image] = requireFound(looked, missing(name));
  if (image === undefined) throw missing(name);
  const { leases, users, size, allocated, stale, device, damage, ...texts } = image;
  const text = list([
    ...Object.entries(texts).map(([key, value]) => [label(key), value ?? ''] as const),
    ['Size', `${formatBytes(size)} (${formatBytes(allocated)} allocated)`],
    ['Device', device === null ? '' : `${device}${stale ? ' (stale: it has an earlier file of that name)' : ''}`],
    ['Leased to', leases === null ? '?' : leases.map(leaseText).join('; ') || 'nobody'],
    ['Used here by', users.join(', ')],
    ['Damage', damage ?? ''],
  ]);
  return {
    json: listJson(imageFields, [image])[0] ?? null,
    text,
    ...problemsOf({ ...looked, damaged: [...looked.damaged, ...namesakes(looked.found)] }),
  };
}

function label(key: string): string {
  if (key === 'uuid') return 'UUID';
  const words = key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `${words[0]?.toUpperCase()}${words.slice(1)}`;
}
