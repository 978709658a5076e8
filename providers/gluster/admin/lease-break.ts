import { dirname } from 'node:path';
import { ganetiNodes, meanSameNode } from '#gluster/ganeti/ssconf.ts';
import { missing } from '#gluster/images/find.ts';
import { type Image, readImage } from '#gluster/images/image.ts';
import { lookAround, tailOf, usersOfFile } from '#gluster/images/users.ts';
import { type Fact, leaseFacts, leaseText } from '#gluster/leases/facts.ts';
import { whoseLease } from '#gluster/leases/owner.ts';
import { knowledgeOfNodes } from '#gluster/leases/published-runs.ts';
import { breakLeases, damageOfLeases, mendLeases } from '#gluster/leases/store.ts';
import { attachedDevices } from '#gluster/node/attachments.ts';
import { Failure } from '#src/errors.ts';
import { summarize } from '#src/tools/processes.ts';
import { type Command, type CommandInput, dryRun, poolOfImage, type Report } from './command.ts';
import { requireImageName } from './image-name.ts';
import { eachVolume, lookAtEach, poolsOf, problemsOf, readOrTell, requireFound } from './volumes.ts';

/**
 * gnt-gluster lease break IMAGE. A volume that is missing does not keep it from that: the verbs, too, take the image
 * that they find, and it may be for that volume that a node is to lose its leases.
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
  const name = requireImageName(input.operands[0]);
  const looked = await lookAtEach(await poolsOf(input), async (mounted, tell) =>
    readOrTell(mounted, name, tell) === undefined ? [] : [{ ...mounted.pool, volumes: [mounted.volume] }],
  );
  const results = await eachVolume(requireFound(looked, missing(name)), async (mounted) => {
    const image = readImage(mounted, name);
    return image === undefined ? [] : [await breakOn(image, input)];
  });
  const leases = results.flatMap(({ broken }) => broken);
  const dry = input.flags.has('dry-run');
  const lines = [
    ...leases.map((lease) => `${dry ? 'would break' : 'broke'} the lease of ${leaseText(lease)}\n`),
    ...results.flatMap(({ damage }) =>
      damage === undefined ? [] : [`${dry ? 'would make' : 'made'} a new directory of leases in place of ${damage}\n`],
    ),
  ];
  const advice = 'make sure that no guest uses the image there: another node can open it now\n';
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
