import { Failure } from '../../../src/errors.ts';
import { isImageName } from '../../../src/request.ts';
import { formatBytes } from '../../../src/units.ts';
import { attachedDevices, imageUsers } from '../attachments.ts';
import { type Image, readImage } from '../images.ts';
import { readMetadata } from '../metadata.ts';
import type { CommandInput, Report, Value } from './command.ts';
import { leaseFacts, leaseText } from './lease.ts';
import { list, table } from './table.ts';
import { eachVolume, imagesOn, poolsOf } from './volumes.ts';

/** gnt-gluster image list */
export async function imageList(input: CommandInput): Promise<Report> {
  const images = await eachVolume(await poolsOf(input), async (mounted) => {
    const found: Awaited<ReturnType<typeof describe>>[] = [];
    for (const image of imagesOn(mounted)) found.push(await describe(image));
    return found;
  });
  const rows = images.map(({ name, pool, volume, size, allocated, info, device, leases }) => {
    const users = leases.map(({ node, mode }) => (mode === 'shared' ? `${node} (shared)` : node));
    return [
      name,
      `${pool}/${volume}`,
      formatBytes(size),
      formatBytes(allocated),
      device ?? '-',
      users.join(' ') || '-',
      info ?? '-',
    ];
  });
  const headings = ['Image', 'Pool/volume', 'Size', 'Allocated', 'Attached here', 'Leased to', 'Info'];
  return { json: images, text: rows.length === 0 ? 'no images\n' : await table(headings, rows) };
}

/** gnt-gluster image info NAME */
export async function imageInfo(input: CommandInput): Promise<Report> {
  const [name = ''] = input.operands;
  if (!isImageName(name)) throw new Failure('invalid', `${JSON.stringify(name)} cannot be the name of an image`);
  const [image] = await eachVolume(await poolsOf(input), async (mounted) => {
    const found = readImage(mounted, name);
    return found === undefined ? [] : [await describe(found)];
  });
  if (image === undefined)
    throw new Failure('missing', `there is no image ${name}`, { hint: 'gnt-gluster image list' });
  const { leases, users, size, allocated, ...texts } = image;
  const text = list([
    ...Object.entries(texts).map(([key, value]) => [label(key), value ?? ''] as const),
    ['Size', `${formatBytes(size)} (${formatBytes(allocated)} allocated)`],
    ['Leased to', leases.map(leaseText).join('; ') || 'nobody'],
    ['Used here by', users.join(', ')],
  ]);
  return { json: image, text };
}

async function describe(image: Image) {
  const metadata = readMetadata(image.directory);
  const devices = await attachedDevices(image.name);
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
    leases: await leaseFacts(image),
    users: imageUsers(image, devices),
  } satisfies Value;
}

function label(key: string): string {
  if (key === 'uuid') return 'UUID';
  const words = key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `${words[0]?.toUpperCase()}${words.slice(1)}`;
}
