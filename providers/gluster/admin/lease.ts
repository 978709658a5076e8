import { dirname } from 'node:path';
import { ganetiNodes, meanSameNode } from '#gluster/ganeti/ssconf.ts';
import { machineIn } from '#gluster/ganeti/this-node.ts';
import { type Image, imagesDirectory, readImage } from '#gluster/images/image.ts';
import { lookAround, tailOf, usersOfFile } from '#gluster/images/users.ts';
import { isBackOrAhead, whyDead } from '#gluster/leases/dead-owners.ts';
import type { Lease } from '#gluster/leases/decide.ts';
import { isOwn, type NodeKnowledge, type Whose, whoseLease } from '#gluster/leases/owner.ts';
import { knowledgeOfNodes } from '#gluster/leases/published-runs.ts';
import { remarkOn } from '#gluster/leases/refusal.ts';
import { breakLeases, damageOfLeases, mendLeases, readLeases } from '#gluster/leases/store.ts';
import { attachedDevices } from '#gluster/node/attachments.ts';
import { Failure } from '#src/errors.ts';
import { isImageName } from '#src/request.ts';
import { summarize } from '#src/tools/processes.ts';
import { type Command, type CommandInput, dryRun, onlyPool, poolOfImage, type Report } from './command.ts';
import { table } from './table.ts';
import {
  eachVolume,
  imagesOn,
  isComplete,
  lookAtEach,
  poolsOf,
  problemsOf,
  readOrTell,
  requireFound,
  type Tell,
} from './volumes.ts';

export type Fact = Pick<Lease, keyof Lease> & {
  /** A hash of the node's machine id; null in a lease that a version without it took. */
  readonly machine: string | null;
  readonly state: string;
  /** What its name and state do not tell, a sentence. */
  readonly remark: string | null;
};

/** The leases of an image, each with what this node knows of its owner. What it knows serves all images of a volume. */
export async function leaseFacts(
  image: Image,
  known: NodeKnowledge = knowledgeOfNodes(dirname(image.directory)),
): Promise<Fact[]> {
  const leases = await readLeases(image.directory);
  return leases.map((lease) => ({
    ...lease,
    machine: machineIn(lease.boot) ?? null,
    state: stateOf(lease, known),
    remark: remarkOn(lease, known) ?? null,
  }));
}

const states: Partial<Record<Whose, string>> = {
  'this run': 'this node',
  'earlier run': 'this node, before it was restarted',
  twin: 'another machine with this identity',
  namesake: 'another machine of this name',
  unclear: 'this node by another name, or a copy of it',
};

function stateOf(lease: Lease, known: NodeKnowledge): string {
  const whose = whoseLease(lease, known);
  const dead = isOwn(whose) || whose === 'twin' ? undefined : whyDead(lease, known);
  if (dead !== undefined) return `dead: ${dead}`;
  if (whose === 'another node' && isBackOrAhead(lease, known))
    return 'marked offline before: it is back, or clocks differ';
  return states[whose] ?? 'alive, as far as known';
}

/** The same, or undefined when nobody can tell, which is told. */
export async function leaseFactsOrTell(image: Image, known: NodeKnowledge, tell: Tell): Promise<Fact[] | undefined> {
  try {
    return await leaseFacts(image, known);
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'exists') throw error;
    tell(error);
    return undefined;
  }
}

/** A lease for a person. */
export function leaseText({ node, mode, since, state }: Fact): string {
  return `${node}, ${mode}, since ${since} (${state})`;
}

/** gnt-gluster lease list [IMAGE] */
export const leaseList: Command = {
  name: 'lease list',
  summary: 'list which node may use which image, since when, and whether that node may be alive',
  operands: ['[IMAGE]'],
  options: onlyPool,
  run: listLeases,
};

async function listLeases(input: CommandInput): Promise<Report> {
  const [wanted] = input.operands.map(imageName);
  const looked = await lookAtEach(await poolsOf(input), async (mounted, tell) => {
    const here = wanted === undefined ? imagesOn(mounted, tell) : [readOrTell(mounted, wanted, tell) ?? []].flat();
    const known = knowledgeOfNodes(imagesDirectory(mounted));
    const facts = [...here].map(async (image) => ({
      image,
      leases: (await leaseFactsOrTell(image, known, tell)) ?? [],
    }));
    return await Promise.all(facts);
  });
  const images = wanted === undefined ? looked.found : requireFound(looked, noImage(wanted));
  const found = images.flatMap(({ image: { name, mounted }, leases }) =>
    leases.map((lease) => ({ image: name, pool: mounted.pool.name, volume: mounted.volume, ...lease })),
  );
  const rows = found.map(({ image, node, mode, since, state }) => [image, node, mode, since, state]);
  const headings = ['Image', 'Node', 'Mode', 'Since', 'State'];
  const remarks = found.flatMap(({ image, remark }) => (remark === null ? [] : [`\n${image}: ${remark}\n`]));
  const listed = rows.length > 0 ? await table(headings, rows) : isComplete(looked) ? 'no leases\n' : '';
  return { json: found, text: listed + remarks.join(''), ...problemsOf(looked) };
}

/**
 * gnt-gluster lease break IMAGE. A volume that is missing does not keep it from that: the verbs, too, take the image that
 * they find, and it may be for that volume that a node is to lose its leases.
 */
export const leaseBreak: Command = {
  name: 'lease break',
  summary: 'take an image away from the nodes that have it, or from one of them',
  operands: ['IMAGE'],
  options: { node: 'take it away only from this node', ...poolOfImage },
  flags: dryRun,
  run: takeAway,
};

async function takeAway(input: CommandInput): Promise<Report> {
  const [name = ''] = input.operands.map(imageName);
  const looked = await lookAtEach(await poolsOf(input), async (mounted, tell) =>
    readOrTell(mounted, name, tell) === undefined ? [] : [{ ...mounted.pool, volumes: [mounted.volume] }],
  );
  const results = await eachVolume(requireFound(looked, noImage(name)), async (mounted) => {
    const image = readImage(mounted, name);
    return image === undefined ? [] : [await breakOn(image, input)];
  });
  const leases = results.flatMap(({ broken }) => broken);
  const dry = input.flags.has('dry-run');
  const lines = [
    ...leases.map((lease) => `${dry ? 'would break' : 'broke'} the lease of ${leaseText(lease)}\n`),
    ...results.flatMap(({ damage }) =>
      damage === undefined ? [] : [`${dry ? 'would make' : 'made'} the leases anew that were ${damage}\n`],
    ),
  ];
  const advice = 'make sure that no guest uses the image there: it could be started elsewhere now\n';
  const text = [...lines, ...(dry ? [] : [advice])].join('');
  return { json: { image: name, dryRun: dry, broken: leases }, text, ...problemsOf(looked) };
}

interface Broken {
  readonly broken: Fact[];
  /** What was in the place of the leases, so that they were made anew. */
  readonly damage?: string | undefined;
}

async function breakOn(image: Image, { options, flags }: CommandInput): Promise<Broken> {
  const { node } = options;
  const damage = damageOfLeases(image.directory);
  if (damage !== undefined) {
    await requireUnusedHere(image);
    if (!flags.has('dry-run')) mendLeases(image.directory);
    return { broken: [], damage };
  }
  const { nodes } = ganetiNodes();
  const leases = (await leaseFacts(image)).filter(
    (lease) => node === undefined || meanSameNode(lease.node, node, nodes),
  );
  if (leases.length === 0)
    throw new Failure(
      'missing',
      `${node === undefined ? 'nobody' : `node ${node}`} has a lease of image ${image.name}`,
      {
        hint: 'gnt-gluster lease list',
      },
    );
  const known = knowledgeOfNodes(dirname(image.directory));
  if (leases.some((lease) => whoseLease(lease, known) !== 'another node')) await requireUnusedHere(image);
  if (!flags.has('dry-run')) await breakLeases(image, leases);
  return { broken: leases };
}

async function requireUnusedHere(image: Image): Promise<void> {
  const users = usersOfFile(tailOf(image.name), await attachedDevices(image.name), await lookAround());
  if (users.length > 0)
    throw new Failure('busy', `image ${image.name} is in use on this node by ${summarize(users)}`, {
      hint: 'shut its instance down: that gives the lease back',
    });
}

function imageName(text: string): string {
  if (isImageName(text)) return text;
  throw new Failure('invalid', `${JSON.stringify(text)} cannot be the name of an image`);
}

function noImage(name: string): Failure {
  return new Failure('missing', `there is no image ${name}`, { hint: 'gnt-gluster image list' });
}
