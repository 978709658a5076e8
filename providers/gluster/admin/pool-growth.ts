import { randomUUID } from 'node:crypto';
import { createCommand } from '#gluster/change/create-volume.ts';
import { performGrowth } from '#gluster/change/grow.ts';
import { probeCommand } from '#gluster/change/newcomers.ts';
import { type GrowthPlan, type Lacking, nameOfOffer, type Offer } from '#gluster/change/plan-growth.ts';
import { convertCommand } from '#gluster/change/pool-options.ts';
import { domainText } from '#gluster/ganeti/failure-domains.ts';
import { nodeNamed } from '#gluster/ganeti/ssconf.ts';
import { nameOf, placeIn } from '#gluster/glusterd/volumes.ts';
import type { PlacedStep } from '#gluster/pool/view.ts';
import { Failure } from '#src/errors.ts';
import { note } from '#src/reply.ts';
import { formatBytes } from '#src/units.ts';
import type { CommandInput, Report, Value } from './command.ts';
import { followed } from './follow.ts';

/** The pool that a command makes or changes, unless told. */
const usualPool = 'default';

/** What the commands that make a pool larger take. */
export const whichPool = { pool: `name of the pool (default: ${usualPool})` } as const;

/** What the commands that make slots take, too. */
export const wipeSerials = { wipe: 'SERIAL of a disk of which everything may be deleted' } as const;

/** What the commands that make peers take, too. */
export const withDependencies = {
  'with-deps': 'install glusterfs-server and attr on new nodes that lack them, and start their glusterd',
} as const;

/** What their help says of slots. */
export const aboutSlots = [
  'SLOT has room for one brick. It is NODE:/DIRECTORY, on an XFS file system of its own,',
  'or NODE:/dev/DEVICE. A device gets such a file system, unless there is something on it.',
];

/** Where the file systems of devices are mounted. */
const mountRoot = '/srv/gluster';

/** The name of the pool that a command is about. Gluster allows less in the names of its volumes than we do. */
export function poolNamed({ options }: CommandInput): string {
  const name = options.pool ?? usualPool;
  if (/^[A-Za-z0-9_][A-Za-z0-9_-]{0,39}$/.test(name)) return name;
  throw new Failure('usage', `${JSON.stringify(name)} cannot be the name of a pool`, {
    hint: 'a pool is named with 1 to 40 of A-Z a-z 0-9 _ -, and does not begin with -',
  });
}

/** A directory, or a device: the links to devices below /dev/disk/by-path have colons in their names. */
const isSlotPath = /^(\/dev(\/[\w@+-][\w.:@+-]*)+|(\/[\w@+-][\w.@+-]*)+)$/;

/** Reads NODE:/DIRECTORY and NODE:/dev/DEVICE, several. Throws a Failure of kind usage that lists every problem. */
export function offersIn({ operands, lists: { wipe = [] } }: CommandInput): readonly Offer[] {
  const problems: string[] = [];
  const offers: Offer[] = [];
  for (const operand of operands) {
    const place = placeIn(operand);
    if (place === undefined || !isSlotPath.test(place.path)) {
      problems.push(`${JSON.stringify(operand)} is not NODE:/DIRECTORY, or NODE:/dev/DEVICE`);
      continue;
    }
    const node = nodeNamed(place.host);
    if (node === undefined) problems.push(`the cluster has no node ${JSON.stringify(place.host)}`);
    else if (offers.some((offer) => offer.node === node && nameOfOffer(offer) === place.path))
      problems.push(`${operand} is named twice`);
    else offers.push({ node, ...offerAt(place.path, wipe) });
  }
  if (problems.length === 0) return offers;
  throw new Failure('usage', 'some slots cannot be', { problems, hint: 'gnt-node list' });
}

/** The name of a device can mean another one after the next boot: it is mounted by the UUID of its file system. */
function offerAt(path: string, wipe: readonly string[]): Pick<Offer, 'directory' | 'device'> {
  if (!path.startsWith('/dev/')) return { directory: path };
  const id = randomUUID();
  return { directory: `${mountRoot}/${id.slice(0, 8)}`, device: { device: path, id, wipe } };
}

/** Shows a plan, and carries it out unless it is a dry run. `again`: plans it once more. */
export async function grow(plan: GrowthPlan, again: () => Promise<GrowthPlan>, isDry: boolean): Promise<Report> {
  const lines = planLines(plan);
  const json = { dryRun: isDry, ...jsonOf(plan) };
  if (isDry) return { json, text: `${lines.join('\n')}\n` };
  for (const line of lines) note(line);
  await followed(`pool ${plan.pool.name}`, (follow) => performGrowth(plan, again, follow));
  return { json, text: `pool ${plan.pool.name} has ${extent(plan.after)} now\n` };
}

/** Whether a plan changes nothing. */
export function isIdle({ installs, newcomers, slots, unfinished, converted, steps }: GrowthPlan): boolean {
  return [installs, newcomers, slots, unfinished, converted, steps].every(({ length }) => length === 0);
}

/** A plan, for a person. */
export function planLines(plan: GrowthPlan): readonly string[] {
  const { pool, newcomers, slots, unfinished, steps, before, after, free, lacking, domains, crowded, ...more } = plan;
  return [
    `pool ${pool.name}: ${pool.copies} copies, ${extent(before)}`,
    ...domains.map((domain) => `  ${domainText(domain)}`),
    ...more.installs.flatMap(({ node, commands }) => commands.map((command) => `  ${node}: ${command.join(' ')}`)),
    ...newcomers.map((newcomer) => `  ${newcomer.node}: gluster ${probeCommand(newcomer).join(' ')}`),
    ...slots.flatMap(slotLines),
    ...unfinished.map((name) => `  volume ${name}: it was created, and is completed`),
    ...more.converted.map((name) => `  gluster ${convertCommand(name, pool).join(' ')}`),
    ...steps.flatMap(stepLines),
    ...lacking.map((volume) => `  ${lackText(volume, pool)}`),
    ...crowded.map((volume) => `  volume ${volume} has copies that fail together: gnt-gluster pool replace --help`),
    ...(isIdle(plan) && lacking.length === 0 ? ['  nothing to do'] : []),
    `then: ${extent(after)}, ${free === 1 ? '1 slot' : `${free} slots`} free`,
  ];
}

function lackText({ volume, copies, size }: Lacking, pool: GrowthPlan['pool']): string {
  const has = copies === 1 ? '1 copy' : `${copies} copies`;
  return `volume ${volume} keeps ${has} of ${pool.copies}: it needs a slot of ${formatBytes(size)} on one node more`;
}

function slotLines({ node, directory, device, size }: GrowthPlan['slots'][number]): readonly string[] {
  const slot = `  ${node}: ${directory} becomes a slot of ${formatBytes(size)}`;
  if (device === undefined) return [slot];
  return [`  ${node}: mkfs.xfs -m uuid=${device.id} ${device.device}, mounted at ${directory}`, slot];
}

/** What a step does, for a person. */
export function stepLines(step: PlacedStep): readonly string[] {
  return stepText(step).map((line) => `  ${line}`);
}

function stepText(step: PlacedStep): readonly string[] {
  if (step.action === 'create') {
    const command = createCommand(step.volume, step.bricks.map(nameOf));
    return [`volume ${step.volume}: a new one of ${formatBytes(step.size)}`, `  gluster ${command.join(' ')}`];
  }
  const { copies } = step;
  const to = nameOf(step.to);
  if (step.from === undefined)
    return [`volume ${step.volume}: one copy more, at ${to}: at most ${formatBytes(step.copy)} are copied`];
  return [
    `volume ${step.volume}: at most ${formatBytes(step.copy)} are copied; it has ${copies + 1} copies meanwhile, never fewer than ${copies}`,
    `  gnt-gluster pool replace ${step.volume} ${nameOf(step.from)} ${to}`,
  ];
}

function jsonOf({ pool, newcomers, slots, unfinished, steps, before, after, free, lacking, ...more }: GrowthPlan) {
  return {
    pool: pool.name,
    copies: pool.copies,
    installs: more.installs.map(({ node, packages, starts }) => ({ node, packages: [...packages], starts })),
    peers: newcomers.map(({ node, address }) => ({ node, address })),
    slots: slots.map(({ node, directory, device, size }) => ({
      node,
      directory,
      device: device?.device ?? null,
      size,
    })),
    unfinished,
    converted: [...more.converted],
    steps: steps.map(stepJson),
    before: { ...before },
    after: { ...after },
    free,
    lacking: lacking.map((volume) => ({ ...volume })),
    failTogether: more.domains.map(({ nodes, tags }) => ({ nodes: [...nodes], tags: [...tags] })),
    crowded: [...more.crowded],
  };
}

/** A step as --json prints it. */
export function stepJson(step: PlacedStep): Value {
  const { action, volume } = step;
  if (step.action === 'create') return { action, volume, bricks: step.bricks.map(nameOf), size: step.size };
  const from = step.from === undefined ? null : nameOf(step.from);
  return { action, volume, from, to: nameOf(step.to), bytes: step.copy };
}

/** How much volumes hold, for a sentence. */
export function extent({ volumes, bytes }: GrowthPlan['before']): string {
  return `${volumes === 1 ? '1 volume' : `${volumes} volumes`} of ${formatBytes(bytes)}`;
}
