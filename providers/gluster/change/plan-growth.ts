import { ask } from '#gluster/agent/ask.ts';
import { askAll } from '#gluster/agent/ask-all.ts';
import { isFreshHere } from '#gluster/agent/dependencies.ts';
import type { DevicePlace } from '#gluster/agent/devices.ts';
import { domainText, type FailureDomain } from '#gluster/ganeti/failure-domains.ts';
import { thisNode } from '#gluster/ganeti/this-node.ts';
import { planGrowth } from '#gluster/pool/grow.ts';
import { capacityOf, domainsOf, type Layout, sizeOf } from '#gluster/pool/layout.ts';
import { closedRefusals, type Newcomer } from '#gluster/pool/newcomers.ts';
import { isOn } from '#gluster/pool/option-values.ts';
import { afterAll } from '#gluster/pool/places.ts';
import { layoutOf, nextVolume, type PlacedStep, placeSteps } from '#gluster/pool/view.ts';
import { Failure } from '#src/errors.ts';
import type { Bytes } from '#src/units.ts';
import { closedPorts } from './closed-ports.ts';
import { type Install, installsFor, thisFresh } from './install.ts';
import { lookAtNewcomers, silentPeers } from './newcomers.ts';
import { type ObservedPool, observePool, poolNodes, poolVolumes } from './observe-pool.ts';
import { type PoolWish, unconverted, wantedCopies } from './pool-options.ts';

/** A directory that is to become a slot. */
export interface Offer {
  /** Ganeti's name of its node. */
  readonly node: string;
  readonly directory: string;
  /** What gets a file system that is mounted there; undefined where one is mounted. */
  readonly device?: Pick<DevicePlace, 'device' | 'id' | 'wipe'>;
}

/** How a pool grows. What is done already is not in it. */
export interface GrowthPlan {
  readonly pool: PoolWish;
  /** What nodes get before anything else. When they have it, the plan is made again. */
  readonly installs: readonly Install[];
  readonly newcomers: readonly Newcomer[];
  readonly slots: readonly (Offer & { readonly size: Bytes })[];
  /** The names of volumes that were created, and are to be completed. */
  readonly unfinished: readonly string[];
  /** The names of volumes that are to have as many copies as the pool wants, and do not say so. */
  readonly converted: readonly string[];
  readonly steps: readonly PlacedStep[];
  /** The largest sectors of the disks of all slots. */
  readonly sector: Bytes;
  /** How much the volumes hold before and afterwards, and how many there are. */
  readonly before: Extent;
  readonly after: Extent;
  /** How many slots are left free. */
  readonly free: number;
  /** The volumes that have fewer copies than they are to have then, for lack of a slot on another node. */
  readonly lacking: readonly Lacking[];
  /** The nodes with slots that fail together. */
  readonly domains: readonly FailureDomain[];
  /** The volumes of which several copies fail together then. */
  readonly crowded: readonly string[];
}

export interface Lacking {
  readonly volume: string;
  /** How many it has. */
  readonly copies: number;
  /** How large a slot has to be. */
  readonly size: Bytes;
}

export interface Extent {
  readonly volumes: number;
  readonly bytes: Bytes;
}

/** How a pool is to grow. */
interface GrowthWish {
  /** What a new pool wants; of one that is there its volumes tell. */
  readonly wish?: NewPool;
  /** How many copies each volume is to have, instead of what the pool wants now. */
  readonly copies?: number;
  /** As if this peer had no bricks. */
  readonly but?: string;
  /** New nodes get what they lack to be servers. */
  readonly withDeps?: boolean;
}

/** What a new pool wants. */
export interface NewPool {
  readonly copies: number;
  /** No volume is made with fewer, although there may be no more nodes. */
  readonly least: number;
}

/**
 * How a pool grows when it gets some slots more. Throws one Failure with all that is against it; nothing is changed.
 * A volume with fewer copies protects less than was promised: unless it was wished for, there is none rather than that.
 */
export async function planPoolGrowth(
  name: string,
  offers: readonly Offer[],
  { wish, copies: wanted, but, withDeps = false }: GrowthWish = {},
): Promise<GrowthPlan> {
  const observed = await observePool(name, but, offers.length > 0 && (await isFreshHere()));
  const [first] = observed.volumes;
  const copies = wanted ?? wantedCopies(observed.volumes) ?? wish?.copies ?? 3;
  const pool = { name, copies, least: first === undefined ? (wish?.least ?? copies) : copies };
  const { newcomers, installs, problems } = await lookAtNodes(offers, observed, withDeps);
  const looked = await Promise.all(offers.map(async (offer) => ({ ...offer, ...(await lookAt(offer, name)) })));
  const sector = Math.max(512, ...[...observed.slots, ...looked].map((slot) => slot.sector));
  const against = [
    ...problems,
    ...looked.flatMap(({ node, problems }) => problems.map((problem) => `${node}: ${problem}`)),
    ...sharedFileSystems(looked),
    ...sectorProblems(observed, sector),
    ...(first === undefined ? await hiddenBy(name) : []),
  ];
  if (against.length > 0)
    throw new Failure('unsupported', `pool ${name} cannot get these slots`, {
      problems: against,
      hint: 'nothing was changed; mend this and type the same again',
    });
  const slots = looked.filter(({ isSlot }) => !isSlot);
  const planned = await planSteps(observed, pool, slots, newcomers);
  if (first === undefined && wish !== undefined && planned.unfinished.length + planned.steps.length === 0)
    throw new Failure('unsupported', `pool ${name} would have no volume`, {
      problems: planned.domains.map(domainText),
      hint: `name slots on ${pool.least} nodes that do not fail together`,
    });
  return { pool, installs, newcomers, slots, sector, converted: unconverted(observed.volumes, copies), ...planned };
}

/** The nodes that are to become peers, what they get, and all that is against it. */
async function lookAtNodes(offers: readonly Offer[], { members, volumes }: ObservedPool, withDeps: boolean) {
  const strangers = [...new Set(offers.map(({ node }) => node))].filter(
    (node) => !members.some((member) => member.node === node),
  );
  const [newcomers, closed] = await Promise.all([lookAtNewcomers(strangers, members), closedPorts(strangers, members)]);
  const own = members.find(({ node }) => node === thisNode().name);
  const first = offers.length > 0 && volumes.length === 0 && own !== undefined ? await thisFresh(own.id) : undefined;
  const { installs, against } = await installsFor(newcomers, members, first, withDeps);
  const silent = newcomers.length > 0 && own?.id !== null ? await silentPeers() : [];
  return { newcomers, installs, problems: [...silent, ...against, ...closedRefusals(closed, strangers)] };
}

async function planSteps(
  observed: ObservedPool,
  pool: PoolWish & NewPool,
  more: readonly (Offer & { readonly size: Bytes })[],
  newcomers: readonly Newcomer[],
) {
  const hosts = new Map([
    ...newcomers.map(({ node, address }) => [node, address] as const),
    ...observed.members.map(({ node, host }) => [node, host] as const),
  ]);
  const placed = more.map((slot) => ({ ...slot, host: hosts.get(slot.node) ?? slot.node }));
  const { others } = observed;
  const view = { nodes: poolNodes(observed, placed), volumes: await poolVolumes(observed), others };
  const layout = layoutOf(view);
  const inSlots = observed.slots.flatMap(({ entries }) => entries);
  const nameFor = (volumes: readonly string[]): string =>
    nextVolume(pool.name, [...observed.taken, ...inSlots, ...volumes]);
  const steps = planGrowth(layout, { copies: pool.copies, least: pool.least, spare: 0, nameFor });
  const after = afterAll(layout, steps);
  const names = view.nodes.map((node) => node.name);
  return {
    unfinished: observed.unfinished.map((volume) => volume.name),
    steps: placeSteps(view, steps),
    before: extentOf(layout),
    after: extentOf(after),
    free: after.nodes.reduce((sum, { free }) => sum + free.length, 0),
    lacking: after.sets
      .filter(({ bricks }) => bricks.length < pool.copies)
      .map((set) => ({ volume: set.volume, copies: set.bricks.length, size: sizeOf(set) })),
    domains: observed.domains
      .map(({ nodes, tags }) => ({ nodes: nodes.filter((node) => names.includes(node)), tags }))
      .filter(({ nodes }) => nodes.length > 1),
    crowded: after.sets.filter((set) => domainsOf(after, set).size < set.bricks.length).map(({ volume }) => volume),
  };
}

function extentOf(layout: Layout): Extent {
  return { volumes: layout.sets.length, bytes: capacityOf(layout) };
}

/** What a new pool would take away from any node of the cluster. */
async function hiddenBy(pool: string): Promise<readonly string[]> {
  const { answers, silent } = await askAll((node) => ask(node, 'hidden by', { pool }));
  return [
    ...answers.flatMap(({ node, answer }) => answer.map((problem) => `${node}: ${problem}`)),
    ...silent.map(({ message }) => message),
  ];
}

async function lookAt({ node, directory, device }: Offer, pool: string) {
  if (device === undefined) return await ask(node, 'slot offer', { directory, pool });
  return await ask(node, 'device offer', { ...device, directory, pool });
}

/** Two bricks on one file system would take each other's room. */
function sharedFileSystems(
  offers: readonly (Offer & { readonly fileSystem: string; readonly problems: readonly string[] })[],
): readonly string[] {
  const good = offers.filter(({ problems }) => problems.length === 0);
  return good.flatMap((offer, index) => {
    const { node, fileSystem } = offer;
    const other = good.slice(0, index).find((one) => one.node === node && one.fileSystem === fileSystem);
    return other === undefined
      ? []
      : [`${node}: ${nameOfOffer(offer)} and ${nameOfOffer(other)} lie on one file system`];
  });
}

/** What the administrator called it. */
export function nameOfOffer({ directory, device }: Pick<Offer, 'directory' | 'device'>): string {
  return device?.device ?? directory;
}

/** Guests write pieces of 512 bytes, which a disk with larger sectors takes only through the page cache. */
function sectorProblems({ volumes }: ObservedPool, sector: Bytes): readonly string[] {
  if (sector <= 512) return [];
  return volumes
    .filter(({ options }) => !isOn(options.get('network.remote-dio') ?? 'off'))
    .map(
      ({ name }) =>
        `a disk has sectors of ${sector} bytes: gluster volume set ${name} network.remote-dio enable, see docs/sectors.md`,
    );
}
