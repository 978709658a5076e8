import { dirname } from 'node:path';
import { Failure } from '../../../src/errors.ts';
import { isImageName } from '../../../src/request.ts';
import { summarize } from '../../../src/tools/processes.ts';
import { attachedDevices, imageUsers } from '../attachments.ts';
import { isSameNode, knowledgeOfNodes, nameOfThisNode, whyDead } from '../dead-owners.ts';
import { type Image, readImage } from '../images.ts';
import { breakLeases, readLeases } from '../lease-store.ts';
import type { Lease } from '../leases.ts';
import type { CommandInput, Report } from './command.ts';
import { table } from './table.ts';
import { eachVolume, imagesOn, poolsOf } from './volumes.ts';

type Fact = Pick<Lease, keyof Lease> & {
  readonly state: 'this node' | 'alive, as far as known' | 'dead: offline' | 'dead: restarted';
};

/** The leases of an image, each with what this node knows of its owner. */
export async function leaseFacts(image: Image): Promise<Fact[]> {
  const leases = await readLeases(image.directory);
  const known = knowledgeOfNodes(dirname(image.directory));
  return leases.map((lease) => {
    const dead = whyDead(lease, known);
    const alive = lease.node === nameOfThisNode() ? 'this node' : 'alive, as far as known';
    return { ...lease, state: dead === undefined ? alive : `dead: ${dead}` } as const;
  });
}

/** A lease for a person. */
export function leaseText({ node, mode, since, state }: Fact): string {
  return `${node}, ${mode}, since ${since} (${state})`;
}

/** gnt-gluster lease list [IMAGE] */
export async function leaseList(input: CommandInput): Promise<Report> {
  const [wanted] = input.operands.map(imageName);
  const images = await eachVolume(await poolsOf(input), async (mounted) => {
    const here = wanted === undefined ? [...imagesOn(mounted)] : [readImage(mounted, wanted) ?? []].flat();
    return await Promise.all(here.map(async (image) => ({ image, leases: await leaseFacts(image) })));
  });
  if (wanted !== undefined && images.length === 0) throw noImage(wanted);
  const found = images.flatMap(({ image: { name, mounted }, leases }) =>
    leases.map((lease) => ({ image: name, pool: mounted.pool.name, volume: mounted.volume, ...lease })),
  );
  const rows = found.map(({ image, node, mode, since, state }) => [image, node, mode, since, state]);
  const text = rows.length === 0 ? 'no leases\n' : await table(['Image', 'Node', 'Mode', 'Since', 'State'], rows);
  return { json: found, text };
}

/** gnt-gluster lease break IMAGE */
export async function leaseBreak(input: CommandInput): Promise<Report> {
  const [name = ''] = input.operands.map(imageName);
  const results = await eachVolume(await poolsOf(input), async (mounted) => {
    const image = readImage(mounted, name);
    return image === undefined ? [] : [await breakOn(image, input)];
  });
  if (results.length === 0) throw noImage(name);
  const leases = results.flat();
  const dryRun = input.flags.has('dry-run');
  const lines = leases.map((lease) => `${dryRun ? 'would break' : 'broke'} the lease of ${leaseText(lease)}\n`);
  const advice = 'make sure that no guest uses the image there: it could be started elsewhere now\n';
  return { json: { image: name, dryRun, broken: leases }, text: [...lines, ...(dryRun ? [] : [advice])].join('') };
}

async function breakOn(image: Image, { options, flags }: CommandInput): Promise<Fact[]> {
  const { node } = options;
  const { nodes } = knowledgeOfNodes(dirname(image.directory));
  const leases = (await leaseFacts(image)).filter(
    (lease) => node === undefined || isSameNode(lease.node, node, nodes) || isSameNode(node, lease.node, nodes),
  );
  if (leases.length === 0)
    throw new Failure(
      'missing',
      `${node === undefined ? 'nobody' : `node ${node}`} has a lease of image ${image.name}`,
      {
        hint: 'gnt-gluster lease list',
      },
    );
  if (leases.some((lease) => lease.node === nameOfThisNode())) {
    const users = imageUsers(image, await attachedDevices(image.name));
    if (users.length > 0)
      throw new Failure('busy', `image ${image.name} is in use on this node by ${summarize(users)}`, {
        hint: 'shut its instance down: that gives the lease back',
      });
  }
  if (!flags.has('dry-run')) await breakLeases(image, leases);
  return leases;
}

function imageName(text: string): string {
  if (isImageName(text)) return text;
  throw new Failure('invalid', `${JSON.stringify(text)} cannot be the name of an image`);
}

function noImage(name: string): Failure {
  return new Failure('missing', `there is no image ${name}`, { hint: 'gnt-gluster image list' });
}
