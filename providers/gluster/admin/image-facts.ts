import type { Image } from '#gluster/images/image.ts';
import { readLabel } from '#gluster/images/metadata.ts';
import { type Activity, tailOf, usersOfFile } from '#gluster/images/users.ts';
import { leaseFactsOrTell } from '#gluster/leases/facts.ts';
import type { NodeKnowledge } from '#gluster/leases/owner.ts';
import { type Attachment, isStale } from '#gluster/node/attachments.ts';
import { Failure } from '#src/errors.ts';
import type { Value } from './command.ts';
import type { Tell } from './volumes.ts';

export type DescribedImage = Awaited<ReturnType<typeof describeImage>>;

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
export interface Surroundings {
  readonly activity: Activity;
  readonly attachments: ReadonlyMap<string, readonly Attachment[]>;
  readonly known: NodeKnowledge;
}

/** Everything that is known of an image; what is damaged is told and noted. */
export async function describeImage(image: Image, { activity, attachments: all, known }: Surroundings, tell: Tell) {
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
    hint: `ls -la ${directory}/image.json; the data of the image is not affected`,
  });
}
